import { withoutFrame } from '../../../record/framed-label.ts';
import type { Plain } from '../../../record/value.ts';
import { remembering } from '../../text/remembering.ts';
import { type Made, plain, plainText } from './cells.ts';

/** What a label says of an entry. */
export interface Labelled {
  readonly contexts?: Plain;
  readonly features?: Plain;
  readonly label?: string;
  readonly pref?: number;
}

/** Words of a program for what the universal format says with contexts and features: `[word, context, feature]`. */
export type LabelWords = readonly (readonly [word: string, context: string, feature: string])[];

/** Of addresses and e-mails. */
export const PLACE_WORDS: LabelWords = [
  ['Home', 'private', ''],
  ['Work', 'work', ''],
];
/** Of phones. */
export const PHONE_WORDS: LabelWords = [
  ...PLACE_WORDS,
  ['Mobile', '', 'mobile'],
  ['Work Mobile', 'work', 'mobile'],
  ['Home Fax', 'private', 'fax'],
  ['Work Fax', 'work', 'fax'],
  ['Other Fax', '', 'fax'],
  ['Pager', '', 'pager'],
  ['Work Pager', 'work', 'pager'],
  ['Main', '', 'main-number'],
];

/** Of several features the one that says most of where to call. */
const FEATURES = ['fax', 'pager', 'textphone', 'mobile', 'main-number'];
/** Marks the entry a program takes first. */
const STAR = '*';
const SAYS_NOTHING = new Set(['', 'other']);

/** The first of contexts `work` and `private` that an entry has; `''`: none. */
export function contextOf(value: Plain): string {
  const contexts = plain(value.contexts);
  if (contexts === null) return '';
  return contexts.work === true ? 'work' : contexts.private === true ? 'private' : '';
}
/** The feature of a phone that says most; `''`: none. */
export function featureOf(value: Plain): string {
  const features = plain(value.features);
  return features === null ? '' : (FEATURES.find((each) => features[each] === true) ?? '');
}

/** Labels met lately: there are few, and each stands in thousands of rows. */
const MOST_REMEMBERED = 1000;
const readers = new WeakMap<LabelWords, (text: string) => Labelled>();

/** A label as Google writes them: `Home`, `* Work`, `School`. */
export function readLabel(text: string, words: LabelWords): Labelled {
  let read = readers.get(words);
  if (read === undefined) {
    read = remembering(MOST_REMEMBERED, (label) => labelIn(label, words));
    readers.set(words, read);
  }
  return read(text);
}

function labelIn(text: string, words: LabelWords): Labelled {
  const isFirst = text.trimStart().startsWith(STAR);
  const own = (isFirst ? text.trimStart().slice(STAR.length) : text).trim();
  const pref = isFirst ? { pref: 1 } : {};
  if (SAYS_NOTHING.has(own.toLowerCase())) return pref;
  const word = words.find(([each]) => each.toLowerCase() === own.toLowerCase());
  return word === undefined ? { label: own, ...pref } : { ...markedAs(word[1], word[2]), ...pref };
}

/** An entry of its own with what its label says of it. */
export function withLabel(value: Made, { contexts, features, label, pref }: Labelled): Made {
  if (contexts !== undefined) value.contexts = contexts;
  if (features !== undefined) value.features = features;
  if (label !== undefined) value.label = label;
  if (pref !== undefined) value.pref = pref;
  return value;
}

/** The label that `readLabel` reads so; as near as the words of the program come. */
export function writeLabel(value: Plain, words: LabelWords): string {
  const own = plainText(value.label)?.trim();
  const text = own === undefined ? wordFor(contextOf(value), featureOf(value), words) : withoutFrame(own);
  return value.pref === 1 ? `${STAR} ${text}` : text;
}

function wordFor(context: string, feature: string, words: LabelWords): string {
  let ofFeature: string | null = null;
  let ofContext: string | null = null;
  for (const word of words) {
    if (word[1] === context && word[2] === feature) return word[0];
    if (word[1] === '' && word[2] === feature) ofFeature ??= word[0];
    if (word[1] === context && word[2] === '') ofContext ??= word[0];
  }
  return ofFeature ?? ofContext ?? '';
}

/** Contexts and features of an entry; `''`: none. */
export function markedAs(context: string, feature: string): { contexts?: Plain; features?: Plain } {
  const marks: { contexts?: Plain; features?: Plain } = {};
  if (context !== '') marks.contexts = { [context]: true };
  if (feature !== '') marks.features = { [feature]: true };
  return marks;
}

/** Do two labels mean the same? */
export function sameLabel(a: string, b: string, words: LabelWords): boolean {
  if (a === b) return true;
  const [left, right] = [readLabel(a, words), readLabel(b, words)];
  return (
    left.label === right.label &&
    left.pref === right.pref &&
    contextOf(left as Plain) === contextOf(right as Plain) &&
    featureOf(left as Plain) === featureOf(right as Plain)
  );
}
