import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { differenceWords } from '../../contract/alone-words.ts';
import type { Choice, ConflictView, DuplicateView, Kind } from '../../contract/contract.ts';
import { pairTitle, sharedWords } from '../../contract/duplicate-words.ts';
import { deletedWords, fieldWords } from '../../contract/field-words.ts';
import { placeLabels } from '../../contract/place-labels.ts';
import { plainText } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import { troubleText } from '../platform/trouble-text.ts';
import { collectionKinds, pathOrTitle } from './collection-kinds.ts';
import type { Command, CommandCall } from './command.ts';
import { deviceNames } from './device-names.ts';
import { EXIT } from './exit-status.ts';
import { fromJson } from './json-value.ts';
import { localTime } from './local-time.ts';
import { flagOption, requiredArgument, textOption, usageError } from './options.ts';
import { printResult } from './print-result.ts';
import { shortId, showApart } from './show-value.ts';

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
    return printResult(call, await call.ask('conflicts:resolve', requiredArgument(call), choiceOf(call)), 'Settled');
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
    const [collection, one, other] = [requiredArgument(call), positionals[1], positionals[2]];
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

/** `Letters/anna.txt: edited on Laptop and Desk`. */
const titleWithPath = ({ record, name, title }: ConflictView, kind: Kind | null): string =>
  title.startsWith(name) ? `${pathOrTitle({ record, title: name }, kind)}${title.slice(name.length)}` : title;

function bytesIn(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code !== 'ENOENT';
    const why = isThere ? `Cannot read ${path}: ${troubleText(cause)}` : `There is no file ${path}.`;
    throw new LockstepError('no-such-path', why, path, cause);
  }
}

/** What people have to decide: conflicts, and contacts that may be one. */
export const conflictCommands: readonly Command[] = [conflicts, resolveConflict, duplicates];
