import type { Value } from '../../../record/value.ts';
import { entry, members, type Plain, plain, plainText } from './cells.ts';

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
export const contextOf = (value: Plain): string =>
  ['work', 'private'].find((each) => members(value.contexts).includes(each)) ?? '';
/** The feature of a phone that says most; `''`: none. */
export const featureOf = (value: Plain): string =>
  FEATURES.find((each) => members(value.features).includes(each)) ?? '';

/** Labels met lately: there are few, and each stands in thousands of rows. */
const MOST_REMEMBERED = 1000;
const remembered = new WeakMap<LabelWords, Map<string, Labelled>>();

/** A label as Google writes them: `Home`, `* Work`, `School`. */
export function readLabel(text: string, words: LabelWords): Labelled {
  let labels = remembered.get(words);
  if (labels === undefined || labels.size > MOST_REMEMBERED) {
    labels = new Map();
    remembered.set(words, labels);
  }
  let label = labels.get(text);
  if (label === undefined) {
    label = labelIn(text, words);
    labels.set(text, label);
  }
  return label;
}

function labelIn(text: string, words: LabelWords): Labelled {
  const isFirst = text.trimStart().startsWith(STAR);
  const own = (isFirst ? text.trimStart().slice(STAR.length) : text).trim();
  const pref = isFirst ? 1 : undefined;
  if (SAYS_NOTHING.has(own.toLowerCase())) return entry({ pref }) as Labelled;
  const word = words.find(([each]) => each.toLowerCase() === own.toLowerCase());
  if (word === undefined) return entry({ label: own, pref }) as Labelled;
  return entry({ ...markedAs(word[1], word[2]), pref }) as Labelled;
}

/** The label that `readLabel` reads so; as near as the words of the program come. */
export function writeLabel(value: Plain, words: LabelWords): string {
  const own = plainText(value.label)?.trim();
  const [context, feature] = [contextOf(value), featureOf(value)];
  const found =
    words.find((word) => word[1] === context && word[2] === feature) ??
    words.find((word) => word[1] === '' && word[2] === feature) ??
    words.find((word) => word[1] === context && word[2] === '');
  const text = own ?? found?.[0] ?? '';
  return value.pref === 1 ? `${STAR} ${text}` : text;
}

/** Contexts and features of an entry; `''`: none. */
export function markedAs(context: string, feature: string): { contexts?: Value; features?: Value } {
  return entry({
    contexts: context === '' ? undefined : { [context]: true },
    features: feature === '' ? undefined : { [feature]: true },
  });
}

/** Do two labels mean the same? */
export function sameLabel(a: string, b: string, words: LabelWords): boolean {
  if (a === b) return true;
  const [left, right] = [readLabel(a, words), readLabel(b, words)];
  return (
    left.label === right.label &&
    left.pref === right.pref &&
    contextOf(plain(left as Value) ?? {}) === contextOf(plain(right as Value) ?? {}) &&
    featureOf(plain(left as Value) ?? {}) === featureOf(plain(right as Value) ?? {})
  );
}
