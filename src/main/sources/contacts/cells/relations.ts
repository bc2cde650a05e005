import { escapeName, unescapeName } from '../../../record/entry-name.ts';
import type { Value } from '../../../record/value.ts';
import { canName, entry, members, type Plain, plain, plainText } from './cells.ts';
import type { EntriesPart, Slot } from './layout.ts';
import type { ValueCodec } from './slots.ts';

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
    fromTexts([text = '']) {
      const who = text.trim();
      return canName(who) ? { who, relation: { [relation]: true } } : null;
    },
  };
}

/** Is somebody related to the contact in this way? */
export const isRelation = (value: Plain, relation: string): boolean => members(value.relation).includes(relation);

/** Who, where the relation is a label: `Spouse`, `Cousin`. */
export function labelledRelation(label: string, column: string): Slot {
  return {
    columns: [label, column],
    read(cells) {
      const who = (cells.text(column) ?? '').trim();
      return canName(who) ? [{ who, ...relationOf(cells.text(label) ?? '') }] : [];
    },
    write(entries, cells) {
      if (entries.length === 0) return new Map([label, column].map((each) => [each, '']));
      const value = plain(entries[0]);
      const who = value === null ? null : whoOf(value);
      if (entries.length > 1 || value === null || who === null) return null;
      const [text, now] = [labelOf(value), cells.text(label) ?? ''];
      const isSame = JSON.stringify(relationOf(now)) === JSON.stringify(relationOf(text));
      return new Map([
        [label, isSame ? now : text],
        [column, who[0] as string],
      ]);
    },
  };
}

function whoOf(value: Plain): readonly string[] | null {
  const who = plainText(value.who);
  return who === null || !canName(who) ? null : [who];
}

function relationOf(label: string): { relation: Value; label?: string } {
  const text = label.trim();
  const word = text.toLowerCase();
  if (RELATIONS.has(word)) return { relation: { [word]: true } };
  return entry({ relation: {}, label: text === '' ? undefined : text }) as { relation: Value; label?: string };
}

function labelOf(value: Plain): string {
  const [known] = members(value.relation)
    .filter((each) => RELATIONS.has(each))
    .sort();
  const label = plainText(value.label)?.trim();
  if (label !== undefined) return label;
  return known === undefined ? '' : `${known.charAt(0).toUpperCase()}${known.slice(1)}`;
}
