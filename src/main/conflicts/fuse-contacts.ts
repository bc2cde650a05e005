import type { Change, FieldWrite } from '../change-log/change.ts';
import type { Sibling } from '../merge/record-state.ts';
import { digestOf } from '../platform/hash.ts';
import { ALIAS_OF, apartFrom, isOwnField } from '../record/alias.ts';
import { fieldRule } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import type { Dot, FieldName, RecordId } from '../record/ids.ts';
import { memberField, memberIn, recordIdOfUid, uidOfRecord } from '../record/record-uid.ts';
import type { Fields } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { joined, withKeysOf } from './join-contacts.ts';

/**
 * Makes two contacts one: the record of the smaller id takes what only the other one says, values of both that differ stand beside each other as
 * conflicts, and the other one goes, saying which one it is (`aliasOf`). Ordinary changes of one package, which can be undone. `become`: contacts
 * that go in the same act, by which a group may name its members.
 */
export function fuseContacts(
  one: StoredRecord,
  other: StoredRecord,
  become: ReadonlyMap<RecordId, RecordId>,
): readonly Change[] {
  const [main, alias] = inOrder(one, other);
  const exists = main.state.fields.get(EXISTS) ?? [];
  return [
    ...filled(main, alias, become).map((writes, turn): Change => {
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

/** Of two contacts that become one, which stays and which goes. */
export const inOrder = <Each extends { readonly id: RecordId }>(one: Each, other: Each): readonly [Each, Each] =>
  one.id < other.id ? [one, other] : [other, one];

/**
 * A group that has contacts which go, each being the one of its id in `become` from then on, has those instead. null: it has none of them. A change of the
 * package in which they become one.
 */
export function membersFollow(group: StoredRecord, become: ReadonlyMap<RecordId, RecordId>): Change | null {
  const writes: FieldWrite[] = [];
  for (const [field, siblings] of group.state.fields) {
    const uid = memberIn(field);
    const main = uid === null ? undefined : become.get(recordIdOfUid(uid));
    if (main === undefined || siblings.every(({ value }) => value === null)) continue;
    const anew = memberField(uidOfRecord(main));
    writes.push({ field, value: null, replaces: dotsOf(siblings) });
    if (writes.every((write) => write.field !== anew))
      writes.push({ field: anew, value: true, replaces: dotsOf(group.state.fields.get(anew) ?? []) });
  }
  if (writes.length === 0) return null;
  const there = (group.state.fields.get(EXISTS) ?? []).filter(({ value }) => value === true);
  return {
    record: group.id,
    cause: 'settle',
    writes: [...writes, { field: EXISTS, value: true, replaces: dotsOf(there) }],
  };
}

/**
 * What the main record takes from the other one: of entries that are the same under whatever keys, and of those that agree (`joined`), what it does
 * not say yet. A change writes one value a field: further ones follow in changes of their own.
 */
function filled(
  main: StoredRecord,
  alias: StoredRecord,
  become: ReadonlyMap<RecordId, RecordId>,
): readonly (readonly FieldWrite[])[] {
  const turns: FieldWrite[][] = [];
  const said = saidBy(alias, become);
  const keys = [...withKeysOf(firstOf(main.state.fields), firstOf(said)).keys()];
  said.forEach(([, siblings], at) => {
    const field = keys[at] as FieldName;
    const own = main.state.fields.get(field) ?? [];
    const { same } = fieldRule('contacts', field);
    const news = siblings.filter(({ value }) => value !== null && !own.some((each) => same(each.value, value)));
    const [only, ...more] = news;
    const [known, ...others] = own;
    const both =
      only !== undefined && known !== undefined && more.length + others.length === 0
        ? joined(field, known.value, only.value)
        : null;
    if (known !== undefined && both !== null) {
      if (!same(both, known.value)) put(0, { field, value: both, replaces: known.dots });
      return;
    }
    const isEmpty = own.every(({ value }) => value === null);
    news.forEach(({ value }, turn) => {
      put(turn, { field, value, replaces: isEmpty && turn === 0 ? dotsOf(own) : [] });
    });
  });
  return turns;

  function put(turn: number, write: FieldWrite): void {
    turns[turn] ??= [];
    turns[turn].push(write);
  }
}

/** What a contact says; of a group whose members go, the members they become. */
function saidBy(
  { state }: StoredRecord,
  become: ReadonlyMap<RecordId, RecordId>,
): readonly (readonly [FieldName, readonly Sibling[]])[] {
  const said = new Map<FieldName, readonly Sibling[]>();
  for (const [field, siblings] of state.fields) {
    if (field === EXISTS || isOwnField(field)) continue;
    const uid = memberIn(field);
    const main = uid === null ? undefined : become.get(recordIdOfUid(uid));
    const anew = main === undefined ? field : memberField(uidOfRecord(main));
    if (said.get(anew)?.some(({ value }) => value !== null) !== true) said.set(anew, siblings);
  }
  return [...said];
}

/** One value of each field, in their order. */
const firstOf = (fields: Iterable<readonly [FieldName, readonly Sibling[]]>): Fields =>
  new Map([...fields].map(([field, siblings]) => [field, siblings.find(({ value }) => value !== null)?.value ?? null]));

/** Says of two contacts that they are two people: nobody is asked again. */
export function keepApart(one: StoredRecord, other: StoredRecord): Change {
  const [smaller, larger] = inOrder(one, other);
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
  const [smaller, larger] = inOrder(one, other);
  return (larger.state.fields.get(apartField(smaller.id)) ?? []).some(({ value }) => value === true);
}

const apartField = (id: RecordId): FieldName => apartFrom(digestOf(id).slice(0, 22));
const dotsOf = (siblings: readonly Sibling[]): readonly Dot[] => siblings.flatMap(({ dots }) => dots);
