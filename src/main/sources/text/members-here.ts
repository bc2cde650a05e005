import { type RecordId, recordId } from '../../record/ids.ts';
import { isGroup, recordIdOfUid, uidOfRecord, withMembersNamed } from '../../record/record-uid.ts';
import type { Fields } from '../../record/value.ts';
import type { TextFormat } from './text-format.ts';

/** Records shown here under the UID of another one, by the record that UID stands for elsewhere. */
export type ShownAs = ReadonlyMap<string, RecordId>;

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
  if (!isGroup(fields)) return fields;
  const shown = shownAs();
  return shown.size === 0 ? fields : withMembersNamed(fields, namesBy(shown));
}
