import { dirname } from 'node:path';
import type { ExportView } from '../../contract/contract.ts';
import { writeNewFile } from '../content/write-new-file.ts';
import type { Engine } from '../engine.ts';
import { contentsOf } from '../history/cat.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { LockstepError } from '../platform/trouble.ts';
import { putInContents } from '../record/content-reference.ts';
import type { RecordKind } from '../record/field-rules.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import { lostFields } from '../snapshot/lost-fields.ts';
import { composeAddressBook } from '../sources/contacts/thunderbird/open-address-book.ts';
import { formatNamed, type SourceFormat } from '../sources/formats.ts';
import { composeText, momentOf } from '../sources/text/compose-text.ts';
import { uidOfRecord } from '../sources/text/item-ids.ts';
import type { TextFormat } from '../sources/text/text-format.ts';
import { lacksOf } from './source-lacks.ts';

/**
 * Writes a collection of items in texts once, as it is shown here, in any format it can be written in (CLI `export`), and tells what that cannot
 * hold. Fails with `already-there` where something is at the place, `no-such-path` where its folder is not there, and `wrong-format`.
 */
export async function exportRecords(
  engine: Engine,
  replica: Replica,
  file: string,
  format: SourceFormat,
): Promise<ExportView> {
  const { collection } = replica;
  const text = format.text?.();
  if (text === undefined || !isLocal(format))
    throw new LockstepError(
      'wrong-format',
      `${collection.stored.name} cannot be written as ${format.name}, which is no file. Write it as ${fileFormat(format.kind)}.`,
      file,
    );
  checkFree(engine, file);
  if (engine.world.realPath(dirname(file)) === null)
    throw new LockstepError('no-such-path', `There is no folder ${dirname(file)}. Make it first.`, dirname(file));
  const records: { id: RecordId; full: Fields }[] = [];
  for (const { id, state } of collection.records.all())
    if (isLive(state)) records.push({ id, full: fieldsOf(shownFields(collection.kind, state, collection.log.order)) });
  const contents = {
    read: (id: RecordId, content: { digest: Digest; size: number }) =>
      engine.contents.read(id, content, (wanted) => engine.network.ask(replica.id, wanted)),
  };
  for (const record of records)
    record.full = putInContents(record.full, await contentsOf(contents, record.id, record.full));
  const written: typeof records = [];
  const lost: ExportView['lost'][number][] = [];
  for (const record of records) {
    const shown = text.project(record.full);
    const isWritten = text.hasNoItemFor?.(record.full, shown) !== true;
    if (isWritten) written.push(record);
    lost.push(...lostOf(text.kind, record, isWritten ? shown : null));
  }
  write(engine, file, format, text, written);
  return { records: written.length, lost, lacks: lacksOf(text.kind, records, text) };
}

/** Fails with `already-there` where something is at a place. */
export function checkFree({ world }: Engine, place: string): void {
  if (world.realPath(place) !== null)
    throw new LockstepError('already-there', `${place} is there already: move it away, or choose another name.`, place);
}

/** Does a source of this format lie on a disk, rather than on a server? */
const isLocal = ({ layout }: SourceFormat): boolean => layout !== 'server' && layout !== 'feed';
/** What holds all that a server does, in one file. */
const fileFormat = (kind: RecordKind): string => (kind === 'contacts' ? 'vcard' : 'icalendar');

/**
 * The format a collection is exported in: the one asked for, else that of its first source here, as a file where that is on a server. Fails with `wrong-format`, `not-available`.
 */
export function exportFormat({ collection, synchronizers }: Replica, asked: string | null, file: string): SourceFormat {
  const own = [...synchronizers.values()][0]?.source.format ?? null;
  const format = asked ?? own;
  const named = format === null ? null : formatNamed(format);
  const found = asked === null && named !== null && !isLocal(named) ? formatNamed(fileFormat(named.kind)) : named;
  if (found === null)
    throw new LockstepError(
      'not-available',
      `Say in which format: --format (${format ?? 'there is no source here'}).`,
      file,
    );
  if (found.kind !== collection.kind)
    throw new LockstepError(
      'wrong-format',
      `${found.name} holds ${found.kind}, and ${collection.stored.name} is ${collection.kind}.`,
      file,
    );
  return found;
}

function write(
  engine: Engine,
  file: string,
  { layout, ending }: SourceFormat,
  text: TextFormat,
  records: readonly { readonly id: RecordId; readonly full: Fields }[],
): void {
  const { fs, makeDirectory, clock } = engine.world;
  const moment = momentOf(clock.now());
  if (layout === 'one-file') {
    writeNewFile(fs, file, composeText(text, records, moment));
    return;
  }
  if (layout === 'address-book') {
    const cards = records.map((record) => [uidOfRecord(record.id), composeText(text, [record], moment)] as const);
    writeNewFile(fs, file, composeAddressBook(new Map(cards), clock.now()));
    return;
  }
  makeDirectory(file);
  records.forEach((record, at) => {
    writeNewFile(fs, `${file}/${String(at + 1).padStart(5, '0')}${ending}`, composeText(text, [record], moment));
  });
}

/** Which fields, or parts of them, the format has no place for. `shown`: what it holds; null: no item of such a record. */
function lostOf(
  kind: RecordKind,
  { id, full }: { readonly id: RecordId; readonly full: Fields },
  shown: Fields | null,
): ExportView['lost'] {
  const why = shown === null ? 'the format has no entry for such a record' : 'the format has no place for it';
  return lostFields(kind, full, shown ?? new Map()).map(({ field, isPart }) => ({
    record: id,
    field,
    why: isPart ? 'the format can hold only a part of it' : why,
  }));
}
