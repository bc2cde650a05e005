import type { Change, FieldWrite } from '../change-log/change.ts';
import type { Sibling } from '../merge/record-state.ts';
import { digestOf } from '../platform/hash.ts';
import { ALIAS_OF, apartFrom, isOwnField } from '../record/alias.ts';
import { fieldRule } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName, RecordId } from '../record/ids.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { entryMark } from './contact-marks.ts';

/**
 * Makes two contacts one: the record of the smaller id takes what only the other one says, values of both that differ stand beside each other as
 * conflicts, and the other one goes, saying which one it is (`aliasOf`). Ordinary changes of one package, which can be undone.
 */
export function fuseContacts(one: StoredRecord, other: StoredRecord): readonly Change[] {
  const [main, alias] = one.id < other.id ? [one, other] : [other, one];
  const exists = main.state.fields.get(EXISTS) ?? [];
  return [
    ...filled(main, alias).map((writes, turn): Change => {
      const stays = { field: EXISTS, value: true, replaces: turn === 0 ? dotsOf(exists) : [] };
      return { record: main.id, cause: 'settle', writes: [...writes, stays] };
    }),
    {
      record: alias.id,
      cause: 'settle',
      writes: [
        { field: ALIAS_OF, value: main.id, replaces: dotsOf(alias.state.fields.get(ALIAS_OF) ?? []) },
        { field: EXISTS, value: false, replaces: dotsOf(alias.state.fields.get(EXISTS) ?? []) },
      ],
    },
  ];
}

/** A change writes one value a field: further ones follow in changes of their own. */
function filled(main: StoredRecord, alias: StoredRecord): readonly (readonly FieldWrite[])[] {
  const turns: FieldWrite[][] = [];
  for (const [field, siblings] of alias.state.fields) {
    if (field === EXISTS || isOwnField(field)) continue;
    const target = sameEntry(main, field, siblings);
    const own = main.state.fields.get(target) ?? [];
    const isEmpty = own.every(({ value }) => value === null);
    const { same } = fieldRule('contacts', target);
    siblings
      .filter(({ value }) => value !== null && !own.some((each) => same(each.value, value)))
      .forEach(({ value }, turn) => {
        turns[turn] ??= [];
        turns[turn].push({ field: target, value, replaces: isEmpty && turn === 0 ? dotsOf(own) : [] });
      });
  }
  return turns;
}

/** The entry of the main record that is this one: of the same key, else the same e-mail or number under another. */
function sameEntry(main: StoredRecord, field: FieldName, siblings: readonly Sibling[]): FieldName {
  if (main.state.fields.has(field)) return field;
  const marks = new Set(siblings.flatMap(({ value }) => entryMark(field, value) ?? []));
  const map = field.slice(0, field.indexOf('/') + 1);
  if (marks.size === 0) return field;
  for (const [each, values] of main.state.fields)
    if (each.startsWith(map) && values.some(({ value }) => marks.has(entryMark(each, value) ?? ''))) return each;
  return field;
}

/** Says of two contacts that they are two people: nobody is asked again. */
export function keepApart(one: StoredRecord, other: StoredRecord): Change {
  const [smaller, larger] = one.id < other.id ? [one, other] : [other, one];
  const field = apartField(smaller.id);
  const alive = (larger.state.fields.get(EXISTS) ?? []).filter(({ value }) => value === true);
  return {
    record: larger.id,
    cause: 'settle',
    writes: [
      { field, value: true, replaces: dotsOf(larger.state.fields.get(field) ?? []) },
      { field: EXISTS, value: true, replaces: dotsOf(alive) },
    ],
  };
}

/** Did somebody say that these are two people? */
export function areApart(one: StoredRecord, other: StoredRecord): boolean {
  const [smaller, larger] = one.id < other.id ? [one, other] : [other, one];
  return (larger.state.fields.get(apartField(smaller.id)) ?? []).some(({ value }) => value === true);
}

const apartField = (id: RecordId): FieldName => apartFrom(digestOf(id).slice(0, 22));
const dotsOf = (siblings: readonly Sibling[]): readonly Dot[] => siblings.flatMap(({ dots }) => dots);
