// Words that hold a sentence together, make a rule of it or turn it, and say nothing of what it is about: no name begins with
// one, and two rules are not alike because they share them.

export const FORM_WORDS: ReadonlySet<string> = new Set(
  (
    "a an and any are as at be been being but by can cannot could do does each ever every for from had has have he her his " +
    "how if in into is it its may might must neither never no none nor not of on only or ought our required mandatory " +
    "obligatory shall she should so than that the their them then there these they this those to unless until was we were " +
    "nothing something anything everything nobody somebody everybody " +
    "what when where which while who will with would you your"
  ).split(" "),
);
