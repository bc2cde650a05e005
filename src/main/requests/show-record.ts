import type { ShownRecordView } from '../../contract/contract.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { findRecord } from '../past/find-record.ts';
import { recordTitle } from '../past/record-title.ts';
import { valueView } from '../past/value-view.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import { missedFields } from './missed-fields.ts';

/** A contact or an event as it is now, and which places here hold it, or a part of it. Fails with `no-such-record`. */
export function showRecord({ collection, synchronizers }: Replica, text: string): ShownRecordView {
  const record = findRecord(collection, text);
  if (!isLive(record.state)) throw new LockstepError('no-such-record', `${text} is deleted.`, text);
  const { kind, log } = collection;
  const full = fieldsOf(shownFields(kind, record.state, log.order));
  const sources = [...synchronizers.values()].map((synchronizer) => {
    const { source, adapter } = synchronizer;
    const shown = adapter.project?.(full) ?? full;
    const isPart = missedFields(kind, full, shown).length > 0;
    const isThere = fieldsOf(synchronizer.heldNow(record.row)).size > 0;
    const holds = isThere ? (isPart ? 'part' : 'all') : 'none';
    return { location: source.location, format: source.format, holds } as const;
  });
  return {
    title: recordTitle(kind, record.id, full),
    fields: [...full].map(([path, value]) => ({ path, value: valueView(value) })),
    sources,
  };
}
