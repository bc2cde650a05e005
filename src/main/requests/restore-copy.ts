import type { ResultView } from '../../contract/contract.ts';
import { refuseNothing } from '../conflicts/result.ts';
import type { Engine } from '../engine.ts';
import { heldNothing, recordsMeant } from '../history/restore.ts';
import { checkOutside, type RestoreDisk } from '../history/restore-to.ts';
import { isLive } from '../merge/record-state.ts';
import type { HistoryPort } from '../past/history-port.ts';
import type { Moment } from '../past/moment.ts';
import { stateOf } from '../past/record-past.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { RecordId } from '../record/ids.ts';
import type { Replica } from '../replica.ts';
import { formatNamed, type SourceFormat } from '../sources/formats.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { writeCopy } from './export-records.ts';

/**
 * Writes a contact or event, or (null) all of them, as of a moment into a new file `to`, an absolute path: as cards, or as a calendar, which hold
 * all there was. Changes nothing in the collection. `missing`: what was not at hand, or has no place there. Fails with `nothing-then`,
 * `no-such-record` (also where it was not there then), `inside-source`, `already-there`, `no-such-path`, and `content-not-kept`.
 */
export async function restoreCopy(
  { engine, replica, port }: { readonly engine: Engine; readonly replica: Replica; readonly port: HistoryPort },
  record: string | null,
  moment: Moment,
  to: string,
  disk: RestoreDisk,
): Promise<ResultView> {
  const { collection } = replica;
  checkOutside(to, disk);
  if (record === null && heldNothing(port, moment))
    throw new LockstepError('nothing-then', `${collection.stored.name} held nothing then. Choose a later time.`, to);
  const meant = record === null ? null : recordsMeant(port, record);
  const rows = meant?.rows ?? [...collection.records.all()].map(({ row }) => row);
  const [only] = meant === null ? [] : [...statesAt(port, rows, moment)];
  if (meant !== null && only === undefined)
    throw new LockstepError('no-such-record', `${meant.id} was not there then.`, meant.id);
  const view = await writeCopy(engine, replica, to, copyFormat(replica), statesAt(port, rows, moment));
  const missing = view.lost.map((each) => ({ record: each.record as RecordId, why: `${each.field}: ${each.why}` }));
  refuseNothing(view.records, missing);
  return { changes: [], records: view.records, conflicts: [], missing };
}

/** Those that were there, as they were; reckoned as they are asked for. */
function* statesAt(
  { collection }: Pick<HistoryPort, 'collection'>,
  rows: Iterable<number>,
  moment: Moment,
): Generator<Pick<StoredRecord, 'id' | 'state'>> {
  for (const row of rows) {
    const found = collection.records.at(row);
    const state = stateOf(collection, row, moment.had);
    if (found !== null && isLive(state)) yield { id: found.id, state };
  }
}

/** The format that holds all there is; older cards where no source here has newer ones, whose programs may not read them. */
function copyFormat({ collection, synchronizers }: Replica): SourceFormat {
  const formats = [...synchronizers.values()].map(({ source }) => source.format);
  const isOld = formats.length > 0 && formats.every((format) => format.startsWith('vcard3'));
  const name = collection.kind === 'calendar' ? 'icalendar' : isOld ? 'vcard3' : 'vcard';
  return formatNamed(name) as SourceFormat;
}
