import { dirname } from 'node:path';
import type { ExportView } from '../../contract/contract.ts';
import { placeNewFile } from '../content/place-new-file.ts';
import { placeNewFolder } from '../content/place-new-folder.ts';
import { writeNewFile } from '../content/write-new-file.ts';
import type { Engine } from '../engine.ts';
import { contentsOf } from '../history/cat.ts';
import { checkFree, noFolder } from '../history/new-place.ts';
import { checkOutside } from '../history/restore-to.ts';
import { KIND_WORDS } from '../locations/source-place.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { inTurns } from '../platform/in-turns.ts';
import { LockstepError } from '../platform/trouble.ts';
import { fieldsAway, putInContents, withoutFields } from '../record/content-reference.ts';
import type { RecordKind } from '../record/field-rules.ts';
import type { Digest, RecordId } from '../record/ids.ts';
import { uidOfRecord } from '../record/record-uid.ts';
import type { Fields } from '../record/value.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import { lostFields } from '../snapshot/lost-fields.ts';
import { formulaCells } from '../sources/contacts/csv/formula-cells.ts';
import type { CsvLayoutName } from '../sources/contacts/csv/layouts.ts';
import { composeAddressBook } from '../sources/contacts/thunderbird/open-address-book.ts';
import { FORMATS, formatByEnding, formatNamed, type SourceFormat } from '../sources/formats.ts';
import { composeShown, momentOf } from '../sources/text/compose-text.ts';
import type { TextFormat } from '../sources/text/text-format.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { besideTextsDisk } from './outside-disk.ts';
import { CopyLacks, type HeldRecord, heldBy } from './source-lacks.ts';

/**
 * Writes a collection of items in texts once, as it is shown here, in any format it can be written in (CLI `export`), and tells what that cannot
 * hold. Fails with `already-there` where something is at the place, `no-such-path` where its folder is not there, `inside-source` where it would be read as part
 * of a source of cards or events, and `wrong-format`.
 */
export async function exportRecords(
  engine: Engine,
  replica: Replica,
  file: string,
  format: SourceFormat,
): Promise<ExportView> {
  const { collection } = replica;
  checkOutside(file, besideTextsDisk(engine));
  return writeCopy(engine, replica, file, format, collection.records.all(4 * AT_ONCE));
}

/**
 * The same of these records, in these states; of what is in the collection nothing changes. Fails as `exportRecords`.
 */
export async function writeCopy(
  engine: Engine,
  replica: Replica,
  file: string,
  format: SourceFormat,
  records: Iterable<Pick<StoredRecord, 'id' | 'state'>>,
): Promise<ExportView> {
  const { collection } = replica;
  const text = format.text?.();
  if (text === undefined || !isLocal(format))
    throw new LockstepError(
      'wrong-format',
      `${collection.stored.name} cannot be written as ${format.name}, which is no file. Write it as ${fileFormat(format.kind)}.`,
      file,
    );
  checkFree(engine.world.fs, file);
  if (engine.world.realPath(dirname(file)) === null) throw noFolder(dirname(file));
  const contents = {
    read: (id: RecordId, content: { digest: Digest; size: number }) =>
      engine.contents.read(id, content, (wanted) => engine.network.ask(replica.id, wanted)),
  };
  const written: Written[] = [];
  const lost: ExportView['lost'][number][] = [];
  const lacks = new CopyLacks(text.kind);
  for await (const { id, state } of inTurns(records, AT_ONCE)) {
    if (!isLive(state)) continue;
    const fields = fieldsOf(shownFields(collection.kind, state, collection.log.order));
    const full = putInContents(fields, await contentsOf(contents, id, fields));
    const away = fieldsAway(full);
    const held = heldBy(text, withoutFields(full, away));
    if (held !== null) written.push({ id, shown: held });
    const record = { id, full, held, lost: lostFields(text.kind, full, held ?? new Map()), away };
    lost.push(...lostOf(record));
    lacks.add(record);
  }
  const table = await write(engine, file, format, text, written);
  const formulas = table === null ? [] : formulasIn(table, format, written);
  return {
    records: written.length,
    lost,
    lacks: lacks.view(),
    ...(formulas.length === 0 ? {} : { formulas }),
  };
}

const formulasIn = (table: Uint8Array, { name }: SourceFormat, written: readonly Written[]) =>
  formulaCells(table, name as CsvLayoutName).flatMap(({ row, column, value }) => {
    const record = written[row]?.id;
    return record === undefined ? [] : [{ record, column, value }];
  });

/** So many records are looked at in one go. */
const AT_ONCE = 25;

/** What is written of a record. */
interface Written {
  readonly id: RecordId;
  readonly shown: Fields;
}

/** Does a source of this format lie on a disk, rather than on a server? */
const isLocal = ({ layout }: SourceFormat): boolean => layout !== 'server' && layout !== 'feed';
/** What holds all that a server does, in one file. */
const fileFormat = (kind: RecordKind): string => (kind === 'contacts' ? 'vcard' : 'icalendar');

/**
 * The format a collection is exported in: the one asked for, else what the file is named as (`.vcf`, `.csv`), else that of its first source here, as a
 * file where that is on a server. Fails with `wrong-format`, `not-available`.
 */
export function exportFormat({ collection, synchronizers }: Replica, asked: string | null, file: string): SourceFormat {
  const own = [...synchronizers.values()][0]?.source.format ?? null;
  const format = asked ?? own;
  const named = format === null ? null : formatNamed(format);
  const found = asked === null ? unasked(named, collection.kind, file) : named;
  if (found === null)
    throw new LockstepError(
      'not-available',
      `Say in which format: --format (${format ?? 'there is no source here'}).`,
      file,
    );
  if (found.kind !== collection.kind)
    throw new LockstepError(
      'wrong-format',
      `${found.name} is for ${KIND_WORDS[found.kind]}, and ${collection.stored.name} holds ${KIND_WORDS[collection.kind]}. ` +
        `Say as what it is to be written: --format ${namesOfLocal(collection.kind).join(', ')}.`,
      file,
    );
  return found;
}

const namesOfLocal = (kind: RecordKind): readonly string[] =>
  FORMATS.filter((format) => format.kind === kind && isLocal(format)).map(({ name }) => name);

/** Of several formats of an ending that of the source `own` is meant; an ending of another kind tells of that. */
function unasked(own: SourceFormat | null, kind: RecordKind, file: string): SourceFormat | null {
  if (own?.layout === 'one-file' && file.toLowerCase().endsWith(own.ending)) return own;
  const byEnding = formatByEnding(file, kind) ?? (kind === 'files' ? null : formatByEnding(file, null));
  return byEnding ?? (own !== null && !isLocal(own) ? formatNamed(fileFormat(own.kind)) : own);
}

/** A text is composed in one go, so that it is the same whatever it is of: 0.03 ms for each record. A folder in turns. Returns the table it wrote. */
async function write(
  engine: Engine,
  file: string,
  { layout, ending }: SourceFormat,
  text: TextFormat,
  records: readonly Written[],
): Promise<Uint8Array | null> {
  const { fs, clock } = engine.world;
  const moment = momentOf(clock.now());
  if (layout === 'one-file') {
    const bytes = composeShown(text, records, moment);
    placeNewFile(fs, file, bytes);
    return ending === '.csv' ? bytes : null;
  }
  if (layout === 'address-book') {
    const cards = records.map((record) => [uidOfRecord(record.id), composeShown(text, [record], moment)] as const);
    placeNewFile(fs, file, composeAddressBook(new Map(cards), clock.now()));
    return null;
  }
  await placeNewFolder(fs, file, async (made) => {
    let written = 0;
    for await (const record of inTurns(records, AT_ONCE))
      writeNewFile(fs, `${made}/${String(++written).padStart(5, '0')}${ending}`, composeShown(text, [record], moment));
  });
  return null;
}

/** Which fields, or parts of them, the copy does not hold. */
function lostOf({ id, held, lost, away }: HeldRecord): ExportView['lost'] {
  const why = held === null ? 'the format has no entry for such a record' : 'the format has no place for it';
  return lost.map(({ field, isPart }) => {
    const isAway = held !== null && away?.includes(field) === true;
    const whole = isAway ? 'its content is on no device that is linked now' : why;
    return { record: id, field, why: isPart ? 'the format can hold only a part of it' : whole };
  });
}
