// English words to their stems: the algorithm of M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980), with the
// two departures of its author's own program (-bli, -logi). A stem is no word, only the same for what belongs together
// (connect, connected, connection). Only words of the letters a to z are changed.

/** `word` is lower-case. */
export function stem(word: string): string {
  return word.length <= 2 || !ENGLISH.test(word) ? word : last(more(participle(plural(word))));
}

/**
 * What a word that begins with `prefix` may have been made to, where that does not itself begin with it: "connectio" can be
 * the beginning of connection, whose stem is shorter. Every ending that `prefix` may stand within is completed and stemmed.
 */
export function stemsOfPrefix(prefix: string): readonly string[] {
  const stems = new Set([stem(prefix)]);
  for (let cut = prefix.length - 1; cut >= STEM_OF_PREFIX_CHARS_MIN; cut--) {
    const begun = prefix.slice(cut);
    for (const ending of ENDINGS)
      if (ending.startsWith(begun)) stems.add(stem(prefix.slice(0, cut) + ending));
  }
  return [...stems].filter((one) => !one.startsWith(prefix));
}

const ENGLISH = /^[a-z]+$/;
const STEM_OF_PREFIX_CHARS_MIN = 3;
const ENDINGS = (
  "s es ies ed ied ing ings er ers or ors ion ions ation ations ational ization ize izer ise ive iveness ness ment ments " +
  "able ible ability ably ly ally fully al als ance ances ence ences ency ity ities ism ist ate ated ating ator ful ous ously"
).split(" ");

type Rule = readonly [ending: string, instead: string];
const rules = (text: string): readonly Rule[] =>
  text
    .split(" ")
    .map((pair): Rule => [pair.split(">")[0]!, pair.split(">")[1]!])
    // The longest ending counts.
    .toSorted((a, b) => b[0].length - a[0].length);
const STEP_2 = rules(
  "ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous ization>ize " +
    "ation>ate ator>ate alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble logi>log",
);
const STEP_3 = rules("icate>ic ative> alize>al iciti>ic ical>ic ful> ness>");
const STEP_4 = rules(
  "al> ance> ence> er> ic> able> ible> ant> ement> ment> ent> ion> ou> ism> ate> iti> ous> ive> ize>",
);

/** Step 1a. */
function plural(word: string): string {
  if (word.endsWith("sses") || word.endsWith("ies")) return word.slice(0, -2);
  return word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

/** Steps 1b and 1c. */
function participle(word: string): string {
  const short = withoutParticiple(word);
  return short.endsWith("y") && hasVowel(short, 1) ? `${short.slice(0, -1)}i` : short;
}

function withoutParticiple(word: string): string {
  if (word.endsWith("eed")) return measure(word, 3) > 0 ? word.slice(0, -1) : word;
  const chars = word.endsWith("ed") ? 2 : word.endsWith("ing") ? 3 : 0;
  if (chars === 0 || !hasVowel(word, chars)) return word;
  const short = word.slice(0, -chars);
  if (/(?:at|bl|iz)$/.test(short)) return `${short}e`;
  if (endsDouble(short) && !/[lsz]$/.test(short)) return short.slice(0, -1);
  return measure(short, 0) === 1 && endsShort(short, 0) ? `${short}e` : short;
}

/** Steps 2 to 4. */
function more(word: string): string {
  const third = replaced(replaced(word, STEP_2), STEP_3);
  const rule = STEP_4.find(([ending]) => third.endsWith(ending));
  if (rule === undefined) return third;
  const [ending] = rule;
  const allowed = ending !== "ion" || /[st]ion$/.test(third);
  return allowed && measure(third, ending.length) > 1 ? third.slice(0, -ending.length) : third;
}

function replaced(word: string, list: readonly Rule[]): string {
  const rule = list.find(([ending]) => word.endsWith(ending));
  if (rule === undefined || measure(word, rule[0].length) === 0) return word;
  return word.slice(0, -rule[0].length) + rule[1];
}

/** Step 5. */
function last(word: string): string {
  const withE = word.endsWith("e") ? measure(word, 1) : 0;
  const short = withE > 1 || (withE === 1 && !endsShort(word, 1)) ? word.slice(0, -1) : word;
  return short.endsWith("ll") && measure(short, 1) > 1 ? short.slice(0, -1) : short;
}

/** Porter's m of the word without its last `cut` letters: how often consonants follow vowels. */
function measure(word: string, cut: number): number {
  let count = 0;
  let vowelBefore = false;
  for (let at = 0; at < word.length - cut; at++) {
    const vowel = isVowel(word, at, vowelBefore);
    if (vowelBefore && !vowel) count++;
    vowelBefore = vowel;
  }
  return count;
}

function hasVowel(word: string, cut: number): boolean {
  let vowel = false;
  for (let at = 0; at < word.length - cut; at++) {
    vowel = isVowel(word, at, vowel);
    if (vowel) return true;
  }
  return false;
}

/** y is a vowel behind a consonant. */
function isVowel(word: string, at: number, vowelBefore: boolean): boolean {
  const letter = word[at]!;
  return letter === "y" ? at > 0 && !vowelBefore : "aeiou".includes(letter);
}

function endsDouble(word: string): boolean {
  return word.length > 1 && word.at(-1) === word.at(-2) && !/[aeiou]$/.test(word);
}

/** Porter's *o: consonant, vowel, consonant, the last not w, x or y. */
function endsShort(word: string, cut: number): boolean {
  const end = word.length - cut;
  const vowels: boolean[] = [];
  for (let at = 0; at < end; at++) vowels.push(isVowel(word, at, vowels[at - 1] ?? false));
  return (
    end > 2 && !vowels[end - 1] && vowels[end - 2]! && !vowels[end - 3] && !"wxy".includes(word[end - 1]!)
  );
}
