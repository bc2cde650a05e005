import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ExportView, LacksView } from '../../contract/contract.ts';
import { formulaWords } from '../../contract/formula-words.ts';
import { lackWords } from '../../contract/lack-words.ts';
import { plainText } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Command, CommandCall } from './command.ts';
import { EXIT } from './exit-status.ts';
import { requiredArgument, textOption } from './options.ts';
import { checkFormat, FORMAT_OPTION, isFolderFormat } from './place.ts';
import { counted, shortRecord } from './show-value.ts';

/** So many of those that lose something are named. */
const NAMED = 5;

/** `lockstep export`. */
export const exportOnce: Command = {
  name: 'export',
  takes: 'COLLECTION FILE|-',
  summary: 'writes the collection once, in any format it can be written in',
  details:
    'FILE is made, and nothing is written over; - is standard output. For formats see add; what is on a server is written as vcard or\n' +
    'icalendar. Where a conflict is open, the value that is shown here is written.',
  options: {
    format: {
      ...FORMAT_OPTION,
      help: 'as what it is written (default: as FILE is named, .vcf, .ics, .csv or .ldif, else as its source here)',
    },
  },
  async run(call) {
    const [collection, place] = [requiredArgument(call), requiredArgument(call, 1)];
    const format = textOption(call.options, 'format') ?? null;
    checkFormat(format ?? undefined);
    if (place === '-') return exportToOutput(call, collection, format);
    const file = resolve(call.terminal.directory, place);
    const exported = await call.ask('export', collection, file, format);
    await call.print(
      exported,
      (view) =>
        `Wrote ${counted(view.records, 'record')} to ${plainText(file)}.\n${exportWords(call, view, collection)}`,
    );
    return EXIT.done;
  },
};

/** Standard output has the bytes alone, so that it can be piped on; with `--json` they are part of the one value. */
async function exportToOutput(call: CommandCall, collection: string, format: string | null): Promise<number> {
  await checkOneFile(call, collection, format);
  // The instance writes files: one that only this user can read, gone before anybody is given what was in it.
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-export-'));
  try {
    const file = join(folder, 'copy');
    const view = await call.ask('export', collection, file, format);
    const bytes = readFileSync(file);
    rmSync(folder, { recursive: true });
    if (call.json) await call.print({ ...view, size: bytes.length, base64: bytes.toString('base64') }, () => '');
    else {
      call.terminal.note(exportWords(call, view, collection));
      await call.terminal.out(bytes);
    }
    return EXIT.done;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fails with `wrong-format` for what would be a folder. */
async function checkOneFile(call: CommandCall, collection: string, format: string | null): Promise<void> {
  const { sources } = await call.ask('source:change', collection, {});
  const written = format ?? sources[0]?.format;
  if (written === undefined || !isFolderFormat(written)) return;
  const instead =
    written === 'folder'
      ? 'name a new folder, or write one file of it with cat'
      : `name a new folder, or give --format ${written.replace('-folder', '')}`;
  throw new LockstepError(
    'wrong-format',
    `As ${written} it is a folder, and standard output is none: ${instead}.`,
    '-',
  );
}

/** What the copy does not say, or a spreadsheet would do with it; '' where nothing is to be said. */
function exportWords(call: CommandCall, view: ExportView, collection: string): string {
  const open = view.conflicts ?? 0;
  const shown = `Of ${counted(open, 'open conflict')} the value shown here was written: lockstep conflicts`;
  const said = [formulaWords(view), open === 0 ? null : `${shown} ${collection}`];
  const before = said.flatMap((each) => (each === null ? [] : [`${plainText(each)}\n`])).join('');
  if (view.lacks !== undefined) return before + lacksText(view.lacks, call.table);
  const lost = view.lost.map((entry) => [shortRecord(entry.record), entry.why]);
  return lost.length === 0 ? before : `${before}Could not be written:\n${call.table(['file', 'why'], lost, '')}`;
}

function lacksText({ records, lacks, named }: LacksView, table: CommandCall['table']): string {
  if (records === 0) return '';
  const rows = lacks.map((lack) => [plainText(lackWords(lack)), counted(lack.records, 'record')]);
  const names = named.slice(0, NAMED).map(({ title }) => plainText(title));
  const others = records - names.length;
  const whom = `${names.join(', ')}${others === 0 ? '' : ` and ${counted(others, 'other')}`}`;
  return `It does not hold all of ${whom}:\n${table(['what', 'of'], rows, '')}Each field: --json.\n`;
}
