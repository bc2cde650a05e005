import type { Change } from '../change-log/change.ts';
import { difference } from '../difference/difference.ts';
import { type DotOrder, type Held, type HeldField, shownFields } from '../merge/record-state.ts';
import { digestOf } from '../platform/hash.ts';
import { ALIAS_OF, alsoField, alsoValue, MATCHED_BY } from '../record/alias.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { FieldName, RecordId } from '../record/ids.ts';
import type { Fields, Value } from '../record/value.ts';
import { adopt, type EarlierValue } from '../snapshot/adopt.ts';
import { adoptedFields, fieldsOf, type Projection } from '../snapshot/lens.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { joined, withKeysOf } from './join-contacts.ts';

/** What becomes of a contact that came under another id than it has here. */
export interface MetContact {
  /** The contact as it came, which is none of its own: it is kept, and says which one it is. */
  readonly came: Change;
  /** What the contact it is takes from it. */
  readonly change: Change;
  /** What the source holds of that contact before the change, and stands for after it. */
  readonly held: Held;
  readonly now: Fields;
  /** What was read, under the keys the contact has for its entries. */
  readonly fields: Fields;
}

/** The field by which a contact says that this one was found to be it. */
const alsoOf = (id: RecordId): FieldName => alsoField(digestOf(id).slice(0, 22));

/**
 * What a contact (`found`, which shows `shown`) and an item that is it (`own`) say of one thing, though not in the same words, is as the contact
 * has it: `now` is what the item stands for, `agreed` what of it the contact says too. Nothing of a field that is in conflict.
 */
export function agreeing(
  found: StoredRecord,
  shown: ReadonlyMap<FieldName, HeldField>,
  own: Fields,
): { readonly now: Map<FieldName, Value>; readonly agreed: ReadonlyMap<FieldName, HeldField> } {
  const now = new Map(own);
  const agreed = new Map<FieldName, HeldField>();
  for (const [field, value] of now) {
    const known = shown.get(field);
    const both = known === undefined ? null : joined(field, known.value, value);
    if (known === undefined || both === null || (found.state.fields.get(field) ?? []).length > 1) continue;
    now.set(field, both);
    agreed.set(field, known);
  }
  return { now, agreed };
}

/**
 * Makes a contact that meets a collection (`reading`) the one it surely is there (`found`). What agrees is one; what one of them lacks is
 * added; what differs stands beside each other as a conflict, as for any item that is adopted (DESIGN 9). Pure. Both changes belong
 * together; undoing them makes two contacts of it.
 */
export function meetContact(
  found: StoredRecord,
  reading: { readonly id: RecordId; readonly fields: Fields },
  by: readonly string[],
  around: { readonly project: Projection; readonly order: DotOrder; earlier(): readonly EarlierValue[] },
): MetContact {
  const shown = shownFields('contacts', found.state, around.order);
  const full = fieldsOf(shown);
  const fields = withKeysOf(full, reading.fields);
  const { now, agreed } = agreeing(found, shown, adoptedFields('contacts', full, fields, around.project));
  // What it never said has no earlier value.
  const said = new Map([...now].filter(([field]) => found.state.fields.has(field) && !agreed.has(field)));
  const held = new Map([...adopt('contacts', found.state, said, around.earlier).held, ...agreed]);
  now.set(alsoOf(reading.id), alsoValue(reading.id, by));
  const write = (field: FieldName, value: Value) => ({ field, value, replaces: [] });
  const came: Change = {
    record: reading.id,
    cause: 'source',
    writes: [
      ...[...reading.fields].map(([field, value]) => write(field, value)),
      write(ALIAS_OF, found.id),
      write(MATCHED_BY, by),
      write(EXISTS, false),
    ],
  };
  // It says that they are one, so there is a change.
  const change = difference('contacts', found.id, held, now) as Change;
  return { came, change, held, now, fields };
}
