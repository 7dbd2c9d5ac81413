// English words that say nothing about what a text is about. They are indexed like others; a query leaves them out unless it
// has no other, and a lexical vector (embed/lexical.ts) is made without them.

export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "a about an and any are as at be been but by can could did do does for from had has have how i if in into is it its " +
    "me my no not of on or our should so such than that the their then there these they this to us was we were what " +
    "when where which who why will with would you your"
  ).split(" "),
);
