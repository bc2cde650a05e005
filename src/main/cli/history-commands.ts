import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { differenceWords } from '../../contract/alone-words.ts';
import { causeText } from '../../contract/cause-words.ts';
import type {
  ActView,
  Choice,
  ConflictView,
  DuplicateView,
  HistoryQuery,
  Kind,
  PackageView,
  ResultView,
  ValueView,
} from '../../contract/contract.ts';
import { pairTitle, sharedWords } from '../../contract/duplicate-words.ts';
import { deletedWords, fieldWords, isOccurrence, isTold } from '../../contract/field-words.ts';
import { numberText } from '../../contract/number-text.ts';
import { placeLabels } from '../../contract/place-labels.ts';
import { undoLine } from '../../contract/undo-words.ts';
import { plainText } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import { troubleText } from '../platform/trouble-text.ts';
import { askRecord } from './ask-record.ts';
import { collectionKinds, listedName } from './collection-kinds.ts';
import type { Command, CommandCall } from './command.ts';
import { deviceNames } from './device-names.ts';
import { EXIT } from './exit-status.ts';
import { fromJson } from './json-value.ts';
import { localTime } from './local-time.ts';
import { moment } from './moment.ts';
import { flagOption, given, textOption, usageError, wholeNumberOption } from './options.ts';
import { counted, shortId, shortRecord, showApart, showChange, showDeletion, showField } from './show-value.ts';

/** So many changes of an act are told, where not all are asked for. */
const SPELLED_OUT = 20;

const conflicts: Command = {
  name: 'conflicts',
  takes: '[COLLECTION]',
  summary: 'open conflicts',
  options: {},
  async run(call) {
    const found = await call.ask('conflicts:list', call.positionals[0] ?? null);
    const names = await deviceNames(call);
    const kinds = await collectionKinds(call);
    await call.print(found, (views) => {
      if (views.length === 0) return 'No conflicts.\n';
      const places = placeLabels(views.flatMap((view) => view.values.flatMap(({ places = [] }) => places)));
      return views
        .map((view) => {
          // Of a whole card or event that is deleted here and changed there it is not kept what it was: it was there all the same.
          const isUntold = view.base === null && view.field === 'exists';
          const [base = '', ...told] = showApart(view.field, [view.base, ...view.values.map(({ value }) => value)]);
          const rows = view.values.map((value, at) => [
            value.id,
            value.kind === 'delete' ? deletedWords(view.field) : (told[at] ?? ''),
            [
              names.get(value.device) ?? shortId(value.device),
              ...(value.places ?? []).map((place) => places.get(place) ?? place),
            ].join(', '),
            localTime(value.at),
            value.id === view.shown ? 'shown' : '',
          ]);
          const head = `${call.paint.strong(plainText(titleWithPath(view, kinds.get(view.collection) ?? null)))}  ${plainText(fieldWords(view.field, view.base ?? view.values[0]?.value))}  ${call.paint.dim(view.id)}\n`;
          const was = isUntold ? '' : `was: ${base}\n`;
          return `${head}${was}${call.table(['value id', 'value', 'device', 'at', ''], rows, '')}`;
        })
        .join('\n');
    });
    return EXIT.done;
  },
};

const resolveConflict: Command = {
  name: 'resolve',
  takes: '[CONFLICT]',
  summary: 'settles a conflict, or all of them',
  details:
    '--value takes JSON, or @FILE for the content of a file. With --all every conflict takes the value --prefer names: newest,\n' +
    'this-device, or a device. Settling can be undone.',
  options: {
    take: { type: 'string', value: 'VALUE_ID', help: 'the value to keep' },
    value: { type: 'string', value: 'JSON|@FILE', help: 'another value' },
    'keep-both': {
      type: 'boolean',
      help: 'keep all values: files of their own, or entries of a contact beside each other',
    },
    all: { type: 'boolean', help: 'every open conflict' },
    prefer: { type: 'string', value: 'newest|this-device|DEVICE', help: 'with --all: which value wins' },
  },
  async run(call) {
    const { options, positionals } = call;
    const choices = ['take', 'value', 'keep-both'].filter((name) => options[name] !== undefined);
    const prefer = textOption(options, 'prefer');
    if (flagOption(options, 'all')) {
      if (positionals.length > 0 || choices.length > 0 || !prefer)
        throw usageError('--all takes --prefer, and no conflict.', 'all');
      return printResult(call, await call.ask('conflicts:resolve-all', prefer, null), 'Settled');
    }
    if (positionals.length === 0) throw usageError('Name a conflict, or give --all --prefer.', 'CONFLICT');
    if (choices.length !== 1 || prefer) throw usageError('Give one of --take, --value and --keep-both.', 'CONFLICT');
    return printResult(call, await call.ask('conflicts:resolve', positionals[0]!, choiceOf(call)), 'Settled');
  },
};

function choiceOf(call: CommandCall): Choice {
  const take = textOption(call.options, 'take');
  if (take !== undefined) return { take };
  const value = textOption(call.options, 'value');
  if (value === undefined) return { keepBoth: true };
  if (value.startsWith('@')) return contentOf(resolve(call.terminal.directory, value.slice(1)));
  try {
    return { value: fromJson(value) };
  } catch {
    throw usageError(`--value takes JSON, text in quotes ("…"), or @FILE: ${value} is none of that.`, 'value');
  }
}

/** The content of a file: as text where it is one, else as bytes. */
function contentOf(path: string): Choice {
  const bytes = bytesIn(path);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { value: new Uint8Array(bytes) };
  }
}

/** Who they are, with the ids by which they are made one or kept apart, and what they share and do not. */
function duplicateText(view: DuplicateView): string {
  const ids = view.records.map(({ record }) => record).join('  ');
  const words = `${sharedWords(view.by)}. ${differenceWords(view)}.`;
  const [head, ...lines] = [`${view.sure ? 'sure ' : 'maybe'}  ${pairTitle(view)}`, ids, words].map(plainText);
  return [head, ...lines.map((line) => `       ${line}`), ''].join('\n');
}

const duplicates: Command = {
  name: 'duplicates',
  takes: 'COLLECTION [A [B]]',
  summary: 'contacts that may be one person; makes them one, or keeps them apart',
  details:
    'With --fuse the contacts A and B become one: what both say differently is a conflict to settle. With --apart they are never\n' +
    'listed again. With --fuse-sure all that are sure become one, of which neither is in another sure pair. All of it can be undone.',
  options: {
    fuse: { type: 'boolean', help: 'A and B are one person' },
    apart: { type: 'boolean', help: 'A and B are two people' },
    'fuse-sure': { type: 'boolean', help: 'all that are sure are one person each' },
  },
  async run(call) {
    const { options, positionals } = call;
    const [collection, one, other] = positionals as [string, ...string[]];
    const [isOne, areTwo] = [flagOption(options, 'fuse'), flagOption(options, 'apart')];
    if (isOne !== areTwo && one !== undefined && other !== undefined)
      return printResult(
        call,
        await call.ask('duplicates:settle', collection, one, other, isOne),
        isOne ? 'Fused' : 'Kept apart',
      );
    if (flagOption(options, 'fuse-sure') && !isOne && !areTwo && one === undefined)
      return printResult(call, await call.ask('duplicates:fuse-sure', collection), 'Fused');
    if (isOne || areTwo || one !== undefined) throw usageError('Give A and B, with one of --fuse and --apart.', 'A');
    await call.print(await call.ask('duplicates:list', collection), (views) =>
      views.length === 0 ? 'No duplicates.\n' : views.map(duplicateText).join(''),
    );
    return EXIT.done;
  },
};

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

/** `Letters/anna.txt: edited on Laptop and Desk`. */
const titleWithPath = ({ record, name, title }: ConflictView, kind: Kind | null): string =>
  title.startsWith(name) ? `${pathOrTitle({ record, title: name }, kind)}${title.slice(name.length)}` : title;

/** A file is told by its path, which other commands take; contacts and events by what they are called. */
const pathOrTitle = (
  { record, title }: { readonly record: string; readonly title: string },
  kind: Kind | null,
): string => (record.endsWith(`/${title}`) ? record : listedName(record, title, kind));

const undo: Command = {
  name: 'undo',
  takes: 'ID',
  summary: 'reverses a package or one change; what was changed since stays',
  details: 'LOG-FROM..TO, as history tells it, reverses these packages together: what one large change became.',
  options: {},
  run: async (call) => printResult(call, await call.ask('history:undo', call.positionals[0]!), 'Undone'),
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
    const [collection, record] = call.positionals;
    const bringBack = (what: string | null) => call.ask('history:restore', collection!, what, moment(at), path);
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
    const [collection, record] = call.positionals as [string, string];
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

function bytesIn(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code !== 'ENOENT';
    const why = isThere ? `Cannot read ${path}: ${troubleText(cause)}` : `There is no file ${path}.`;
    throw new LockstepError('no-such-path', why, path, cause);
  }
}

/** The id that undoes all of these changes: of one it, else of the package, or the packages that follow each other, they are in. null: there is none. */
function wholeOf(changes: readonly string[]): string | null {
  const [only, ...others] = changes;
  if (only === undefined || others.length === 0) return only ?? null;
  const packages = [...new Set(changes.map((id) => id.replace(/-\d+$/, '')))];
  const logs = new Set(packages.map((id) => id.slice(0, id.lastIndexOf('-'))));
  const numbers = packages.map((id) => Number(id.slice(id.lastIndexOf('-') + 1)));
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  if (logs.size > 1 || last - first >= packages.length) return null;
  return `${[...logs][0]}-${first}${first === last ? '' : `..${last}`}`;
}

/** Prints a RESULT; fails with `content-not-kept` where there was something to do and nothing could be done. */
async function printResult(call: CommandCall, result: ResultView, done: string): Promise<number> {
  if (
    result.records === 0 &&
    result.changes.length === 0 &&
    result.conflicts.length === 0 &&
    result.missing.length > 0
  ) {
    const first = result.missing[0]!;
    const others = result.missing.length > 1 ? `, and ${result.missing.length - 1} more` : '';
    throw new LockstepError(
      'content-not-kept',
      `${first.record}: ${first.why.replace(/\.$/, '')}${others}.`,
      first.record,
    );
  }
  await call.print(result, (view) => {
    const became = view.conflicts.length > 0 ? `, ${counted(view.conflicts.length, 'conflict')} to settle` : '';
    const missing = view.missing.map((item) => [shortRecord(item.record), item.why]);
    const lacking = missing.length > 0 ? `Not possible:\n${call.table(['record', 'why'], missing, '')}` : '';
    const whole = wholeOf(view.changes);
    const undoing = whole === null ? '' : call.paint.dim(`Take it back with: lockstep undo ${whole}\n`);
    const isNothing = view.records === 0 && became === '' && lacking === '';
    const said = isNothing
      ? 'Nothing was to be done: it is so already.'
      : `${done}: ${counted(view.records, 'record')}${became}.`;
    return `${said}\n${lacking}${undoing}`;
  });
  return EXIT.done;
}

/** Conflicts, and what was. */
export const historyCommands: readonly Command[] = [
  conflicts,
  resolveConflict,
  duplicates,
  history,
  undo,
  restore,
  cat,
];
