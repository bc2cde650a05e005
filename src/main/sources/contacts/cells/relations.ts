import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import { withoutFrame } from '../../../record/framed-label.ts';
import { equalValues, type Plain } from '../../../record/value.ts';
import { canName, type Made, members, plain, plainText } from './cells.ts';
import type { EntriesPart, Slot } from './layout.ts';
import { NO_ENTRIES, type ValueCodec } from './slots.ts';

/** Words for relations JSContact has a name for. Others are labels. */
export const RELATIONS: ReadonlySet<string> = new Set([
  'spouse',
  'child',
  'parent',
  'sibling',
  'friend',
  'contact',
  'acquaintance',
  'met',
  'colleague',
  'co-worker',
  'neighbor',
  'kin',
  'agent',
  'emergency',
  'sweetheart',
  'date',
  'crush',
  'muse',
  'me',
  'co-resident',
]);

/** People a contact is related to: the key is who, as in vCard's RELATED of a text. */
export function relationsPart(slots: readonly Slot[]): EntriesPart {
  return {
    is: 'entries',
    name: 'relatedTo',
    slots,
    keyed: {
      keyOf(value) {
        const who = plain(value)?.who;
        return typeof who === 'string' && canName(who) ? escapeName(who) : null;
      },
      withoutKey(value) {
        const { who: _, ...rest } = plain(value) ?? {};
        return rest;
      },
      withKey(key, value) {
        const own = plain(value);
        return own === null ? null : { ...own, who: unescapeName(key) };
      },
    },
  };
}

/** Who, where the relation is told by the column. */
export function relationCodec(relation: string): ValueCodec {
  return {
    toTexts: (value) => whoOf(value),
    fromTexts([text]) {
      const who = (text ?? '').trim();
      return canName(who) ? { who, relation: { [relation]: true } } : null;
    },
  };
}

/** Is somebody related to the contact in this way? */
export const isRelation = (value: Plain, relation: string): boolean => plain(value.relation)?.[relation] === true;

/** Who, where the relation is a label: `Spouse`, `Cousin`. */
export function labelledRelation(label: string, column: string): Slot {
  return {
    columns: [label, column],
    read([label, text]) {
      const who = (text ?? '').trim();
      if (!canName(who)) return NO_ENTRIES;
      const { relation, label: own } = relationOf(label ?? '');
      const value: Made = { who, relation };
      if (own !== undefined) value.label = own;
      return [value];
    },
    write(entries, [label]) {
      const value = plain(entries[0]);
      const who = value === null ? null : whoOf(value);
      if (entries.length > 1 || value === null || who === null) return null;
      const [text, now] = [withoutFrame(statedLabel(value)) || relationWord(value), label ?? ''];
      return [now === text || saysTheSame(relationOf(now), relationOf(text)) ? now : text, who[0] as string];
    },
  };
}

function whoOf(value: Plain): string[] | null {
  const who = plainText(value.who);
  return who === null || !canName(who) ? null : [who];
}

type Relation = { readonly relation: Plain; readonly label?: string };

/** What a label says of somebody: a relation there is a word for, else itself. */
export function relationOf(label: string): Relation {
  const text = label.trim();
  const word = withoutFrame(text).toLowerCase();
  if (RELATIONS.has(word)) return { relation: { [word]: true } };
  return text === '' ? { relation: {} } : { relation: {}, label: text };
}

const saysTheSame = (a: Relation, b: Relation): boolean => a.label === b.label && equalValues(a.relation, b.relation);

/** The label an entry states itself; `''`: none. */
export const statedLabel = (value: Plain): string => plainText(value.label)?.trim() ?? '';

/** The first of the relations there are words for, as people write it; `''`: there is none. */
export function relationWord(value: Plain): string {
  const [known] = members(value.relation)
    .filter((each) => RELATIONS.has(each))
    .sort();
  return known === undefined ? '' : `${known.charAt(0).toUpperCase()}${known.slice(1)}`;
}
