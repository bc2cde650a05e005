import { difference } from '../../src/main/difference/difference.ts';
import { applyChange } from '../../src/main/merge/apply-change.ts';
import { conflictFields, EMPTY_STATE, shownFields } from '../../src/main/merge/record-state.ts';
import { recordId } from '../../src/main/record/ids.ts';
import type { Fields, Value } from '../../src/main/record/value.ts';
import { heldAfter } from '../../src/main/snapshot/held.ts';
import { fieldsOf, putFields } from '../../src/main/snapshot/lens.ts';
import type { NativeItem, TextFormat } from '../../src/main/sources/text/text-format.ts';
import { byNumber, dot } from './tiny-records.ts';

/** What comes of a text that two devices hold when it was edited on each of them, and they meet. */
export interface Met {
  /** Each field in conflict, with the values a person chooses from. */
  readonly conflicts: ReadonlyMap<string, readonly Value[]>;
  readonly shown: Fields;
}

const ITEM = recordId('it');

/** What the one item of a text says; `before`: what it said when it was read last. */
export function readText(format: TextFormat, text: string | Uint8Array, before: Fields | null): Fields {
  const split = format.split(typeof text === 'string' ? Buffer.from(text) : text);
  return format.read(split, split.items[0] as NativeItem, before);
}

/** `base`, edited to `here` on one device and to `there` on another one. */
export function editedApart(
  format: TextFormat,
  base: string | Uint8Array,
  here: string | Uint8Array,
  there: string | Uint8Array,
): Met {
  const { kind } = format;
  const start = readText(format, base, null);
  const add = difference(kind, ITEM, null, start);
  if (add === null) throw new Error('there is nothing to edit');
  const held = heldAfter(kind, null, add, start, dot(256));
  const full = fieldsOf(held);
  let state = applyChange(kind, EMPTY_STATE, dot(256), add, () => true);
  for (const [by, text] of [
    [dot(512), here],
    [dot(768), there],
  ] as const) {
    const now = readText(format, text, full);
    const change = difference(kind, ITEM, held, putFields(kind, full, full, now));
    if (change !== null) state = applyChange(kind, state, by, change, () => true);
  }
  const conflicts = conflictFields(kind, state).map(
    (field) => [field, (state.fields.get(field) ?? []).map(({ value }) => value)] as const,
  );
  return { conflicts: new Map(conflicts), shown: fieldsOf(shownFields(kind, state, byNumber)) };
}
