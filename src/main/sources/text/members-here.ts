import { type FieldName, type RecordId, recordId } from '../../record/ids.ts';
import { memberField, memberIn, recordIdOfUid, uidOfRecord } from '../../record/record-uid.ts';
import type { Fields, Value } from '../../record/value.ts';
import type { TextFormat } from './text-format.ts';

/** Records shown here under the UID of another one, by the record that UID stands for elsewhere. */
export type ShownAs = ReadonlyMap<string, RecordId>;

const KIND = 'kind' as FieldName;

/**
 * The format, of a place where one contact may stand under another UID than elsewhere, as where two books met that both had it: a group names its members
 * by the UIDs of the text it is in, and everywhere else by those of their records. Else it would be empty in the other book.
 */
export function withMembersHere(format: TextFormat, shownAs: () => ShownAs): TextFormat {
  const outward = (fields: Fields): Fields =>
    renamed(fields, shownAs, (shown) => (uid) => {
      const record = shown.get(recordIdOfUid(uid));
      return record === undefined ? uid : uidOfRecord(record);
    });
  const inward = (fields: Fields): Fields =>
    renamed(fields, shownAs, (shown) => {
      const here = new Map([...shown].map(([own, record]) => [record, uidOfRecord(recordId(own))]));
      return (uid) => here.get(recordIdOfUid(uid)) ?? uid;
    });
  const orNull = (fields: Fields | null): Fields | null => (fields === null ? null : inward(fields));
  return {
    ...format,
    read: (text, item, previous) => outward(format.read(text, item, previous)),
    write: (text, writes, moment) =>
      format.write(
        text,
        writes.map((write) => ({ ...write, before: orNull(write.before), after: orNull(write.after) })),
        moment,
      ),
  };
}

/** The same map where no member is called otherwise. */
function renamed(fields: Fields, shownAs: () => ShownAs, namesBy: (shown: ShownAs) => (uid: string) => string): Fields {
  if (fields.get(KIND) !== 'group') return fields;
  const shown = shownAs();
  if (shown.size === 0) return fields;
  const name = namesBy(shown);
  const all = new Map<FieldName, Value>();
  let isOther = false;
  for (const [field, value] of fields) {
    const uid = memberIn(field);
    const called = uid === null ? field : memberField(name(uid));
    isOther ||= called !== field;
    all.set(called, value);
  }
  return isOther ? all : fields;
}
