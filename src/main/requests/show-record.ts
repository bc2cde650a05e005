import type { ShownRecordView } from '../../contract/contract.ts';
import { oneWith } from '../conflicts/one-with.ts';
import { countChoices, isLive, shownFields } from '../merge/record-state.ts';
import { findRecord } from '../past/find-record.ts';
import { recordTitle, storedTitle } from '../past/record-title.ts';
import { valueView } from '../past/value-view.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { RecordKind } from '../record/field-rules.ts';
import type { FieldName } from '../record/ids.ts';
import { memberIn, recordIdOfUid } from '../record/record-uid.ts';
import type { Fields } from '../record/value.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf, sameFields } from '../snapshot/lens.ts';
import { lostFields } from '../snapshot/lost-fields.ts';
import { missedAmong } from './missed-fields.ts';

/** A contact or an event as it is now, and which places here hold it, or a part of it. Fails with `no-such-record`. */
export function showRecord({ collection, synchronizers }: Replica, text: string): ShownRecordView {
  const record = findRecord(collection, text);
  if (!isLive(record.state)) throw new LockstepError('no-such-record', `${text} is deleted.`, text);
  const { kind, log } = collection;
  const full = fieldsOf(shownFields(kind, record.state, log.order));
  const sources = [...synchronizers.values()].map((synchronizer) => {
    const { source, adapter } = synchronizer;
    const project = (fields: Fields): Fields => adapter.project?.(fields) ?? fields;
    const shown = project(full);
    const held = fieldsOf(synchronizer.heldNow(record.row));
    return { location: source.location, format: source.format, holds: holds(kind, full, shown, held, project(held)) };
  });
  const conflicts = countChoices(kind, record.state, false);
  return {
    title: recordTitle(kind, record.id, full),
    fields: [...full].map(([path, value]) => ({ path, value: valueView(value), ...titled(collection, path) })),
    ...(conflicts === 0 ? {} : { conflicts }),
    sources,
  };
}

/** Nothing for what is no member of a group, or nobody known here. */
function titled(collection: Replica['collection'], path: FieldName): { readonly title?: string } {
  const { kind, records } = collection;
  const uid = memberIn(path);
  if (uid === null) return {};
  const id = recordIdOfUid(uid);
  const member = records.find(oneWith(collection, id) ?? id);
  return member === null || !isLive(member.state) ? {} : { title: storedTitle(kind, member) };
}

/** `shown`, `showsNow`: what the source can hold of the record, and of what it holds. */
function holds(
  kind: RecordKind,
  full: Fields,
  shown: Fields,
  held: Fields,
  showsNow: Fields,
): ShownRecordView['sources'][number]['holds'] {
  if (held.size === 0) return 'none';
  if (!sameFields(kind, shown, showsNow)) return 'other';
  return missedAmong(lostFields(kind, full, shown), shown).length > 0 ? 'part' : 'all';
}
