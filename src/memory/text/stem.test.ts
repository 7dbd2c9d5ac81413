// Stems, against a sample of the vocabulary that the author of the algorithm published with what it should give
// (https://tartarus.org/martin/PorterStemmer/, voc.txt and output.txt; 347 of 23,531, every rule among them).

import assert from "node:assert/strict";
import { test } from "node:test";
import { stem, stemsOfPrefix } from "./stem.ts";

const VOCABULARY = `
  absence>absenc absolv>absolv accidentally>accident ace>ac actively>activ activity>activ
  addiction>addict adulterates>adulter advocation>advoc aiming>aim alacrity>alacr allowed>allow
  amazement>amaz annoy>annoi anyone>anyon apology>apolog apparitions>apparit appertinents>appertin
  apple>appl arrogancy>arrog assailable>assail asses>ass astronomical>astronom attainder>attaind
  attracts>attract awakened>awaken barbarism>barbar barful>bar barricado>barricado bashfulness>bash
  bastardly>bastardli beginners>beginn benevolence>benevol big>big blend>blend bless>bless
  bloodiest>bloodiest boiling>boil bonnet>bonnet bounteously>bounteous braggardism>braggard
  butcheed>butche buttock>buttock cannon>cannon capability>capabl capacity>capac captivity>captiv
  cassius>cassiu cathedral>cathedr celebrate>celebr certifies>certifi chalks>chalk champions>champion
  chanced>chanc charactered>charact cheerful>cheer childness>child choke>choke choked>choke
  choplogic>choplog christening>christen closeness>close coherence>coher conflicting>conflict
  conquring>conqur continency>contin contrariously>contrari controlment>control conveyance>convey
  corners>corner corporal>corpor corrupter>corrupt covetousness>covet crisped>crisp cydnus>cydnu
  debility>debil debted>debt deceive>deceiv deceivers>deceiv declensions>declens dedicate>dedic
  defensible>defens deferr>deferr defiance>defianc deliciousness>delici demonstrative>demonstr
  descant>descant despiteful>despit diomede>diomed disabling>disabl disgracious>disgraci
  divorcement>divorc dizzy>dizzi does>doe drains>drain dusky>duski ease>eas ecce>ecc
  effectually>effectu elegancy>eleg embracement>embrac eminently>emin emperal>emper
  endamagement>endamag enschedul>enschedul entirely>entir envies>envi epicurism>epicur
  epileptic>epilept epitome>epitom equivocator>equivoc erjoy>erjoi eruptions>erupt esill>esil
  exceed>exce exclamation>exclam excommunicate>excommun excused>excus execrable>execr
  expectation>expect expiate>expiat exsufflicate>exsuffl extenuate>extenu fantastically>fantast
  farewell>farewel fearfulness>fear fehemently>fehement felicity>felic felonious>feloni flecked>fleck
  forespent>foresp forge>forg forgetfulness>forget forgiveness>forgiv foundation>foundat
  fraudful>fraud gallowglasses>gallowglass gawds>gawd general>gener generations>gener generative>gener
  gives>give glazed>glaze goddesses>goddess gormandize>gormand gossiping>gossip graciously>gracious
  hatching>hatch hautboy>hautboi hies>hi historical>histor hobbididence>hobbidid honourably>honour
  hous>hou humbleness>humbl ignorant>ignor impeachment>impeach importancy>import incarnate>incarn
  indeed>inde infinite>infinit injure>injur inkling>inkl inscrutable>inscrut insensible>insens
  instalment>instal intenible>inten interior>interior interposes>interpos interpretation>interpret
  intrenchant>intrench intrinsicate>intrins inverness>inver invisible>invis irons>iron
  jeopardy>jeopardi justified>justifi knitters>knitter lately>late leaver>leaver lewd>lewd
  liberality>liber likely>like lincolnshire>lincolnshir loyally>loyal lucifier>lucifi magical>magic
  majestic>majest masked>mask masking>mask mediation>mediat mickle>mickl miserable>miser
  moderate>moder monstrousness>monstrous moralize>moral mortality>mortal mountaineers>mountain
  mountainous>mountain mutability>mutabl mutable>mutabl muzzle>muzzl mysteries>mysteri nativity>nativ
  naturalize>natur natures>natur nearest>nearest needfull>needful negative>neg nemean>nemean
  niobe>niob nobles>nobl oats>oat object>object obligation>oblig observance>observ odours>odour
  operant>oper opposing>oppos opulency>opul original>origin outwards>outward paces>pace
  partialize>partial partially>partial pathetical>pathet pembroke>pembrok perchance>perchanc
  petticoats>petticoat pible>pibl pint>pint pithy>pithi plantage>plantag plenteously>plenteous
  possibility>possibl potential>potenti pothecary>pothecari poys>poi presently>present presses>press
  primogenity>primogen privity>priviti procurator>procur propontic>propont proscription>proscript
  provide>provid provident>provid pudency>pudenc purged>purg pythagoras>pythagora quietus>quietu
  rational>ration reconcilement>reconcil reformation>reform regreet>regreet remembered>rememb
  remunerate>remuner rendezvous>rendezv repugnancy>repugn respective>respect responsive>respons
  retirement>retir revokement>revok ripeness>ripe rivality>rival rondure>rondur rooks>rook
  royalize>royal rubb>rubb sally>salli savoy>savoi senator>senat sequester>sequest shames>shame
  shone>shone shrewdness>shrewd sies>si simplicity>simplic sincerely>sincer somewhither>somewhith
  speculative>specul spherical>spheric sternness>stern substances>substanc substitutes>substitut
  sufficed>suffic sufficiency>suffici sufficiently>suffici supplicant>supplic supposition>supposit
  syllogism>syllog symbols>symbol tamely>tame tarr>tarr temperality>temper temporize>tempor
  temporizer>tempor terribly>terribl thund>thund tolerable>toler tradesmen>tradesmen
  traditional>tradit traducement>traduc trained>train travell>travel treachery>treacheri
  trempling>trempl triple>tripl unanswer>unansw unauspicious>unauspici unbow>unbow uncolted>uncolt
  uncompassionate>uncompassion uncontroll>uncontrol uncropped>uncrop undone>undon
  unfashionable>unfashion unfeed>unfe unhandled>unhandl unlikely>unlik unlocks>unlock
  unmeriting>unmerit unripe>unrip unseasonably>unseason unthankfulness>unthank untied>unti
  unviolated>unviol unwatch>unwatch upwards>upward validity>valid valued>valu vanish>vanish
  vastidity>vastid viciousness>vicious violator>violat visag>visag visibly>visibl vulgarly>vulgarli
  weary>weari wheresoe>whereso wheresome>wheresom whoremaster>whoremast wilful>wil wilfulness>wil
  windlasses>windlass wives>wive working>work
`;

test("words have the stems that the author gives", () => {
  const pairs = VOCABULARY.trim()
    .split(/\s+/)
    .map((pair) => pair.split(">"));
  assert.equal(pairs.length, 347);
  assert.deepEqual(
    pairs.map(([word]) => [word, stem(word!)]),
    pairs,
  );
});

for (const word of ["", "a", "is", "10.0.0.1", "größe", "w1a", "naïves", "hostname1s"])
  test(`"${word}" stays as it is`, () => assert.equal(stem(word), word));

/** What is stemmed to something that does not begin with what was typed of it. */
const begun: readonly (readonly [whole: string, from: number])[] = [
  ["connection", 8],
  ["connecting", 8],
  ["happiness", 6],
  ["running", 5],
  ["relational", 8],
  ["services", 7],
];
for (const [whole, from] of begun)
  test(`every beginning of "${whole}" leads to its stem`, () => {
    for (let chars = from; chars <= whole.length; chars++) {
      const prefix = whole.slice(0, chars);
      const found = stem(whole).startsWith(prefix) || stemsOfPrefix(prefix).includes(stem(whole));
      assert.ok(found, prefix);
    }
  });
