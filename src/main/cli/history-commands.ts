import { resolve } from 'node:path';
import { causeText } from '../../contract/cause-words.ts';
import type { ActView, HistoryQuery, Kind, PackageView, ValueView } from '../../contract/contract.ts';
import { fieldWords, isOccurrence, isTold } from '../../contract/field-words.ts';
import { numberText } from '../../contract/number-text.ts';
import { undoLine } from '../../contract/undo-words.ts';
import { plainText } from '../platform/plain-text.ts';
import { askRecord } from './ask-record.ts';
import { collectionKinds, pathOrTitle } from './collection-kinds.ts';
import type { Command, CommandCall } from './command.ts';
import { EXIT } from './exit-status.ts';
import { localTime } from './local-time.ts';
import { moment } from './moment.ts';
import { flagOption, given, requiredArgument, textOption, usageError, wholeNumberOption } from './options.ts';
import { printResult } from './print-result.ts';
import { showChange, showDeletion, showField } from './show-value.ts';

/** So many changes of an act are told, where not all are asked for. */
const SPELLED_OUT = 20;

const history: Command = {
  name: 'history',
  takes: '[COLLECTION]',
  summary: 'what was changed, where and when; newest first',
  details:
    'What one large change became is one act: told once, with the id that undoes all of it, and by its first changes. With --all, and as\n' +
    'JSON, every package is told with all its changes; with --acts acts are, as JSON too. --limit counts what is told: acts, or packages.',
  options: {
    record: { type: 'string', value: 'RECORD', help: 'only changes of this record' },
    limit: { type: 'string', value: 'N', help: 'at most so many' },
    before: { type: 'string', value: 'TIME|ID', help: 'older than this' },
    all: { type: 'boolean', help: 'every package, with every change' },
    acts: { type: 'boolean', help: 'every act, with every change' },
  },
  async run(call) {
    const [isAll, isActs] = [flagOption(call.options, 'all'), flagOption(call.options, 'acts')];
    if (isAll && isActs) throw usageError('Give --all or --acts, not both.', 'acts');
    const record = textOption(call.options, 'record');
    const before = textOption(call.options, 'before');
    const query = given({
      collection: call.positionals[0],
      limit: wholeNumberOption(call.options, 'limit', 1, 1_000_000),
      before: before === undefined ? undefined : moment(before),
    });
    const of = <T>(ask: (asked: HistoryQuery) => Promise<T>): Promise<T> =>
      record === undefined ? ask(query) : askRecord(call, record, (record) => ask({ ...query, record }));
    const kinds = await collectionKinds(call);
    if (isAll || (call.json && !isActs)) {
      const packages = await of((query) => call.ask('history:list', query));
      await call.print(
        packages,
        (views) => views.map((view) => showWritten(call, view, kinds)).join('\n') || 'No history.\n',
      );
    } else {
      const few = isActs ? {} : { changesLimit: SPELLED_OUT };
      const acts = await of((query) => call.ask('history:acts', { ...query, ...few }));
      await call.print(acts, (views) => views.map((view) => showAct(call, view, kinds)).join('\n') || 'No history.\n');
    }
    return EXIT.done;
  },
};

type Kinds = ReadonlyMap<string, Kind>;

/** Changes of a package or an act under who wrote them, and when. */
function showWritten(call: CommandCall, written: PackageView | ActView, kinds: Kinds, what = ''): string {
  const { at, deviceName, id, changes, collection } = written;
  const kind = kinds.get(collection) ?? null;
  const rows = changes.flatMap((change) => {
    const [first = '', ...others] = fieldLines(change);
    return [[change.action, pathOrTitle(change, kind), first, change.id], ...others.map((line) => ['', '', line, ''])];
  });
  const head = `${localTime(at)}  ${call.paint.strong(plainText(deviceName))}  ${call.paint.dim(id)}\n`;
  const cause = 'cause' in written ? causeText(written, localTime) : undoLine(written, localTime);
  return `${head}${cause === null ? '' : `${plainText(cause)}\n`}${what}${call.table(['action', 'record', 'fields', 'id'], rows, '')}`;
}

function showAct(call: CommandCall, act: ActView, kinds: Kinds): string {
  const more = act.changeCount - act.changes.length;
  if (more === 0 && (act.packages === 1 || act.changeCount === 1)) return showWritten(call, act, kinds);
  const told = (['add', 'modify', 'delete', 'move'] as const).flatMap((action) =>
    act.counts[action] === 0 ? [] : [`${action} ${numberText(act.counts[action])}`],
  );
  const rest = more === 0 ? '' : `and ${numberText(more)} more\n`;
  return `${showWritten(call, act, kinds, `${told.join(', ')}; undo all of it: lockstep undo ${act.id}\n`)}${rest}`;
}

/** What a change did, in words: of an edit line by line what was and what is, of an addition what there is. */
function fieldLines({ record, action, fields }: PackageView['changes'][number]): readonly string[] {
  const told = fields.filter(({ path }) => isTold(path));
  if (action === 'modify') return told.length === 0 ? ['kept'] : worthTelling(told).map(showChange);
  if (action === 'move')
    return told.map((field) => (field.path === 'path' ? showMove(record, field) : showChange(field)));
  if (action === 'add' && told.length === 0) return ['as it was'];
  const gone = action === 'delete' ? fields.find(({ path }) => path === 'entry' || path === 'exists') : undefined;
  if (gone !== undefined) return [showDeletion(gone)];
  const named = told.length === 0 ? fields : told;
  return [named.map(({ path, before, after }) => fieldWords(path, after ?? before)).join(', ')];
}

/** Occurrences of a series that was moved say what they said before: they are told where nothing else is. */
function worthTelling<F extends Parameters<typeof showChange>[0]>(fields: readonly F[]): readonly F[] {
  const others = fields.filter(
    ({ path, before, after }) => !isOccurrence(path) || showField(path, before) !== showField(path, after),
  );
  return others.length === 0 ? fields : others;
}

/** Where it came from; of what was there before it, where that went. */
const showMove = (
  record: string,
  { before, after }: { readonly before: ValueView; readonly after: ValueView },
): string => (before === record ? `to ${showField('path', after)}` : `from ${showField('path', before)}`);

const undo: Command = {
  name: 'undo',
  takes: 'ID',
  summary: 'reverses a package or one change; what was changed since stays',
  details: 'LOG-FROM..TO, as history tells it, reverses these packages together: what one large change became.',
  options: {},
  run: async (call) => printResult(call, await call.ask('history:undo', requiredArgument(call)), 'Undone'),
};

const restore: Command = {
  name: 'restore',
  takes: 'COLLECTION [RECORD]',
  summary: 'brings a record, or everything, back as it was',
  details:
    'TIME is ISO 8601, local without a zone. With --to it is written there instead, contacts and events as one new file, and nothing in the collection changes.',
  options: {
    at: { type: 'string', value: 'TIME|ID', help: 'as of this time, package or change' },
    to: { type: 'string', value: 'PATH', help: 'write it to this path instead' },
  },
  async run(call) {
    const at = textOption(call.options, 'at');
    if (!at) throw usageError('Say as of when: --at TIME or --at ID.', 'at');
    const to = textOption(call.options, 'to');
    const path = to === undefined ? null : resolve(call.terminal.directory, to);
    const [collection, record] = [requiredArgument(call), call.positionals[1]];
    const bringBack = (what: string | null) => call.ask('history:restore', collection, what, moment(at), path);
    const result = record === undefined ? bringBack(null) : askRecord(call, record, bringBack);
    return printResult(call, await result, 'Restored');
  },
};

const cat: Command = {
  name: 'cat',
  takes: 'COLLECTION RECORD',
  summary: 'writes the bytes of a record to standard output',
  options: {
    value: { type: 'string', value: 'VALUE_ID', help: 'a value of an open conflict' },
    at: { type: 'string', value: 'TIME|ID', help: 'as of this time, package or change' },
  },
  async run(call) {
    const [collection, record] = [requiredArgument(call), requiredArgument(call, 1)];
    const at = textOption(call.options, 'at');
    const value = textOption(call.options, 'value');
    if (at !== undefined && value !== undefined) throw usageError('Give --value or --at, not both.', 'at');
    const which = given({ value, at: at === undefined ? undefined : moment(at) });
    const instance = await call.instance();
    const read = (take: (piece: Uint8Array) => Promise<void>) =>
      askRecord(call, record, (one) => instance.requestBytes('records:cat', [collection, one, which], take));
    if (call.json) {
      const pieces: Uint8Array[] = [];
      await read(async (piece) => void pieces.push(piece));
      const bytes = Buffer.concat(pieces);
      await call.print({ size: bytes.length, base64: bytes.toString('base64') }, () => '');
    } else await read((piece) => call.terminal.out(piece));
    return EXIT.done;
  },
};

/** What was, and how it is brought back. */
export const historyCommands: readonly Command[] = [history, undo, restore, cat];
