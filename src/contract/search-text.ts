/** How texts are searched, and where in them it was found: the same for who looks and for who shows it. */

const PLAIN = /^[\x20-\x7e]*$/;
const OTHERS = /[^\x20-\x7e]+/g;
/** Those letters of several scripts carry, Hebrew points, and what only joins or parts letters; no vowels of Indic scripts, which make another word. */
const MARKS = /[\p{Script=Inherited}\u0591-\u05c7]/gu;

/** A text as it is searched, without case and without marks on its letters: `Ágnes` as `agnes`. */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  // What is mostly plain takes a fifth of the time so. The last sigma of a word is written otherwise: of one still being typed that is not known.
  return text.replace(OTHERS, withoutMarks).toLowerCase().replaceAll('ς', 'σ');
}
const withoutMarks = (letters: string): string => letters.normalize('NFD').replace(MARKS, '');

/** The words of a search, folded. Whatever holds all of them is found. */
export const searchWords = (search: string): readonly string[] => foldText(search).split(/\s+/).filter(Boolean);

/** A stretch of a text, and whether it is what was searched. */
export interface MarkedText {
  readonly text: string;
  readonly isFound: boolean;
}

/** The place in a text of the letter that stands at this place of the folded text. */
export function placeUnfolded(text: string, folded: number): number {
  if (PLAIN.test(text)) return folded;
  let left = folded;
  let at = 0;
  for (const letter of text) {
    // Long texts are mostly of these, and many may be found.
    left -= letter < '\x80' ? 1 : foldText(letter).length;
    if (left < 0) break;
    at += letter.length;
  }
  return at;
}

/** A text in stretches, with each place that says a word of the search marked. All of it together is the text. */
export function foundIn(text: string, words: readonly string[]): readonly MarkedText[] {
  if (words.length === 0 || text === '') return [{ text, isFound: false }];
  // Folding changes how long a text is: for each place of the folded one, the letter it came from.
  const letters = [...text];
  const from: number[] = [];
  let folded = '';
  for (const [at, letter] of letters.entries()) {
    const part = foldText(letter);
    for (let each = 0; each < part.length; each++) from.push(at);
    folded += part;
  }
  const isFound = new Uint8Array(letters.length);
  for (const word of words)
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length))
      isFound.fill(1, from[at], (from[at + word.length - 1] ?? 0) + 1);
  const stretches: { text: string; isFound: boolean }[] = [];
  for (const [at, letter] of letters.entries()) {
    // A mark belongs to the letter it stands on.
    const found = foldText(letter) === '' ? (stretches.at(-1)?.isFound ?? false) : isFound[at] === 1;
    const last = stretches.at(-1);
    if (last?.isFound === found) last.text += letter;
    else stretches.push({ text: letter, isFound: found });
  }
  return stretches;
}
