import type { OccurrenceView, SourceSettingsView } from '../../contract/contract.ts';
import { plainText } from '../platform/plain-text.ts';
import { accountKind, givenPlace, givePassword } from './account-place.ts';
import type { Command, CommandCall } from './command.ts';
import { EXIT } from './exit-status.ts';
import { exportOnce } from './export-command.ts';
import { localTime } from './local-time.ts';
import { inviteNearby, joinNearby } from './nearby-pairing.ts';
import { flagOption, given, listOption, requiredArgument, textOption, usageError, wordOption } from './options.ts';
import { checkFormat, FORMAT_OPTION, formatLines, KINDS, namedSource } from './place.ts';
import { problemLines } from './problem-lines.ts';
import { withProgress } from './progress-bar.ts';
import { counted, shortId } from './show-value.ts';
import type { Table } from './table.ts';

const ROLES = ['admin', 'editor', 'reader'] as const;

const add: Command = {
  name: 'add',
  takes: 'PATH|URL',
  summary: 'makes a new collection with this source',
  details: `Kind and format are recognized where something is there. The password of a server is asked for, or taken from LOCKSTEP_PASSWORD.\nWith --kind (or --format carddav or caldav) an account may be given as an e-mail address or a host, and its server is found.\n\n${formatLines()}`,
  options: {
    name: { type: 'string', value: 'NAME', help: 'name of the collection (default: the last part of the path)' },
    kind: {
      type: 'string',
      value: 'KIND',
      help: 'files, contacts or calendar, where it cannot be recognized',
      offers: KINDS,
    },
    format: FORMAT_OPTION,
    create: { type: 'boolean', help: 'make the path where it is missing' },
  },
  async run(call) {
    const { options } = call;
    const kind = wordOption(options, 'kind', KINDS);
    const wanted = textOption(options, 'format');
    checkFormat(wanted);
    const create = flagOption(options, 'create') || undefined;
    const location = await givenPlace(call, requiredArgument(call), accountKind(wanted, kind, create));
    const added = await withProgress(
      call,
      call.ask('collections:add', given({ location, name: textOption(options, 'name'), kind, format: wanted, create })),
    );
    const troubles = await problemLines(call, added.collection);
    await call.print(added, (view) => {
      const invite = call.paint.dim(`Share it with another device: lockstep invite ${view.collection}`);
      return `Collection ${view.collection}: ${counted(view.records, 'record')} in ${plainText(location)}.\n${troubles}${invite}\n`;
    });
    return EXIT.done;
  },
};

/** A secret as it was given, or from standard input where that is `-`: arguments can be seen by others. */
const wordOrInput = async <Given extends string | null>(
  { terminal }: CommandCall,
  given: Given,
): Promise<Given | string> => (given === '-' ? (await terminal.readInput()).trim() : given);

const invite: Command = {
  name: 'invite',
  takes: 'COLLECTION',
  summary: 'makes a one-time link with which another device joins',
  details:
    'The link is a secret: send it by a way you trust. It works once and ends after 15 minutes, or when `serve` stops. The joining device takes it with `lockstep join`.',
  options: {
    role: { type: 'string', value: 'ROLE', help: 'admin, editor or reader (default: admin)', offers: ROLES },
    'approve-first': { type: 'boolean', help: 'admit the first device that brings the link, without asking' },
    nearby: {
      type: 'boolean',
      help: 'no link: wait two minutes for a device in this network, and show a code to compare',
    },
  },
  async run(call) {
    const role = wordOption(call.options, 'role', ROLES) ?? 'admin';
    if (flagOption(call.options, 'nearby')) {
      if (flagOption(call.options, 'approve-first'))
        throw usageError('Without a link a person has to compare the code: say one of the two.', '--approve-first');
      return inviteNearby(call, requiredArgument(call), role);
    }
    const link = await call.ask(
      'collections:invite',
      requiredArgument(call),
      role,
      flagOption(call.options, 'approve-first'),
    );
    await call.print(link, (view) => `${view.link}\n`);
    return EXIT.done;
  },
};

const revokeInvite: Command = {
  name: 'revoke-invite',
  takes: 'COLLECTION [LINK|-]',
  summary: 'withdraws a link before somebody uses it; without one, all open links made on this device',
  details:
    'Give - to read the link from standard input. A link that another device made is withdrawn there, once it hears of it. Who was\n' +
    'admitted already stays: see remove-device.',
  options: {},
  async run(call) {
    const given = call.positionals[1] ?? null;
    const link = await wordOrInput(call, given);
    if (link !== null && !link.startsWith('lockstep://'))
      throw usageError('A link begins with lockstep://join#.', 'LINK');
    const view = await call.ask('collections:revoke-invite', requiredArgument(call), link);
    await call.print(view, ({ revoked }) =>
      revoked === 0 ? 'No such link was open.\n' : `Withdrawn: ${counted(revoked, 'link')}.\n`,
    );
    return EXIT.done;
  },
};

const recoveryKey: Command = {
  name: 'recovery-key',
  takes: 'COLLECTION',
  summary: 'a printed key that makes a device an admin when the admins’ devices are lost',
  details:
    'It lets no new device in and holds no files: one device of the collection has to be left. Made anew, the former key counts no more.',
  options: {
    make: { type: 'boolean', help: 'makes a new key and shows it, this once' },
    drop: { type: 'boolean', help: 'no key counts any more' },
    use: { type: 'string', value: 'KEY|-', help: 'makes this device an admin; -: the key from standard input' },
  },
  async run(call) {
    const [make, drop] = [flagOption(call.options, 'make'), flagOption(call.options, 'drop')];
    const given = textOption(call.options, 'use') ?? null;
    if ([make, drop, given !== null].filter(Boolean).length > 1)
      throw usageError('Say one of --make, --drop and --use.', 'recovery-key');
    const key = await wordOrInput(call, given);
    const action = make ? 'make' : drop ? 'drop' : key !== null ? 'use' : 'show';
    const view = await call.ask('collections:recovery-key', requiredArgument(call), action, key);
    await call.print(view, ({ keys, role, ...shown }) => {
      if (shown.key !== null)
        return `${call.paint.strong(shown.key)}\nPrint it or write it down, and keep it away from your computers: it is not shown again.\n`;
      if (action === 'use') return `This device is an ${role} now. Make a new key: this one was typed.\n`;
      return keys.length === 0
        ? 'No recovery key counts. Make one with --make.\n'
        : `${counted(keys.length, 'recovery key')}, made by ${keys.map(({ by }) => shortId(by)).join(', ')}.\n`;
    });
    return EXIT.done;
  },
};

const join: Command = {
  name: 'join',
  takes: 'LINK|-|DEVICE PATH|URL',
  summary: 'joins a collection with this source',
  details:
    'Give - to read the link from standard input: other users of this machine can see arguments. An empty or new place is filled, a\n' +
    'full one is merged. Exit status 4 while an admin has to approve; the code shown there must be the one shown here. For formats see add.',
  options: {
    format: FORMAT_OPTION,
    wait: { type: 'boolean', help: 'wait until membership is granted' },
    nearby: {
      type: 'boolean',
      help: 'no link: DEVICE is the name or host:port of one in this network that waits (invite --nearby)',
    },
  },
  async run(call) {
    const wanted = textOption(call.options, 'format');
    checkFormat(wanted);
    const given = requiredArgument(call);
    const place = () => givenPlace(call, requiredArgument(call, 1), accountKind(wanted));
    if (flagOption(call.options, 'nearby')) return joinNearby(call, given, await place(), wanted ?? null);
    const link = await wordOrInput(call, given);
    if (!link.startsWith('lockstep://')) throw usageError('A link begins with lockstep://join#.', 'LINK');
    const location = await place();
    const joined = await withProgress(
      call,
      call.ask('collections:join', link, location, wanted ?? null, flagOption(call.options, 'wait')),
    );
    const troubles = joined.state === 'joined' ? await problemLines(call, joined.collection) : '';
    await call.print(joined, (view) =>
      view.state === 'joined'
        ? `Joined collection ${view.collection} with ${plainText(location)}.\n${troubles}`
        : `Waiting for approval. Compare this code with the one on the other device: ${call.paint.strong(view.code)}\n`,
    );
    return joined.state === 'joined' ? EXIT.done : EXIT.needsPerson;
  },
};

const leave: Command = {
  name: 'leave',
  takes: 'COLLECTION',
  summary: 'stops sharing a collection on this device; its files stay where they are',
  details: 'The other devices are told. The only admin has to make another one first (set-role).',
  options: {},
  async run(call) {
    await call.print(
      await call.ask('collections:leave', requiredArgument(call)),
      () => 'Left. Files and other devices keep what they have.\n',
    );
    return EXIT.done;
  },
};

/** As they are said; `./x`, which as a pattern would match nothing, is what is called so at the root. */
const patterns = (options: CommandCall['options'], name: 'only' | 'ignore'): readonly string[] | undefined =>
  listOption(options, name)
    ?.filter((pattern) => pattern !== '')
    .map((pattern) => pattern.replace(/^(!?)(?:\.\/+)+(?=.)/, '$1/'));

const source: Command = {
  name: 'source',
  takes: 'COLLECTION',
  summary: 'sources on this device, selective sync, ignore rules',
  details:
    "Without options it shows them. --only and --ignore may be repeated and replace the patterns there were; --only '' clears.",
  options: {
    add: { type: 'string', value: 'PATH|URL', help: 'another source of the collection on this device' },
    format: FORMAT_OPTION,
    remove: { type: 'string', value: 'SOURCE', help: 'keep this source no longer in step; its files stay' },
    only: {
      type: 'string',
      multiple: true,
      value: 'PATTERN',
      help: 'of a folder of files: keep only what matches here',
    },
    ignore: { type: 'string', multiple: true, value: 'PATTERN', help: 'of a folder of files: leave out what matches' },
    'read-only': { type: 'boolean', help: 'write nothing into the sources here (--no-read-only: write again)' },
    password: { type: 'boolean', help: 'give the account of a source its new password' },
  },
  async run(call) {
    const { options } = call;
    if (flagOption(options, 'password')) {
      const { sources } = await call.ask('source:change', requiredArgument(call), {});
      for (const { location } of sources) await givePassword(call, location);
    }
    const place = textOption(options, 'add');
    const wanted = textOption(options, 'format');
    checkFormat(wanted);
    if (wanted !== undefined && place === undefined)
      throw usageError('--format goes with --add: the format of a source that is there stays.', 'format');
    const location = place === undefined ? undefined : await givenPlace(call, place, accountKind(wanted));
    const removed = textOption(options, 'remove');
    const readOnly = options['read-only'];
    const change = given({
      add: location,
      format: wanted,
      remove: removed === undefined ? undefined : namedSource(removed, call.terminal.directory),
      only: patterns(options, 'only'),
      ignore: patterns(options, 'ignore'),
      readOnly: typeof readOnly === 'boolean' ? readOnly : undefined,
    });
    const settings = await call.ask('source:change', requiredArgument(call), change);
    const troubles = location === undefined ? '' : await problemLines(call, requiredArgument(call));
    await call.print(settings, (view) => `${showSettings(view, call.table)}${troubles}`);
    return EXIT.done;
  },
};

function showSettings(view: SourceSettingsView, table: Table): string {
  const patterns = (title: string, list: readonly string[]) =>
    list.length > 0 ? `${title}: ${list.map(plainText).join(', ')}\n` : '';
  const rows = view.sources.map((entry) => [
    shortId(entry.id),
    entry.state,
    entry.format,
    entry.location,
    entry.reason ?? '',
  ]);
  return (
    table(['source', 'state', 'format', 'location', 'reason'], rows, 'No source on this device.') +
    patterns('Only', view.only) +
    patterns('Ignored', view.ignore) +
    (view.readOnly ? 'Read-only: nothing is written into them.\n' : '') +
    (view.outside > 0 ? `Outside: ${counted(view.outside, 'record')}\n` : '')
  );
}

const pauseOrResume = (name: 'pause' | 'resume', summary: string): Command => ({
  name,
  takes: '[COLLECTION]',
  summary,
  options: {},
  async run(call) {
    const done = await call.ask('pause', call.positionals[0] ?? null, name === 'pause');
    await call.print(done, () => (name === 'pause' ? 'Paused.\n' : 'Resumed.\n'));
    return EXIT.done;
  },
});

const DAY_MS = 86_400_000;

const agenda: Command = {
  name: 'agenda',
  takes: 'COLLECTION',
  summary: 'what takes place in a calendar in the next days',
  options: { days: { type: 'string', value: 'N', help: 'so many days from now (default: 14)' } },
  async run(call) {
    const days = Number(textOption(call.options, 'days') ?? 14);
    if (!(days > 0 && days <= 3660)) throw usageError('--days is a number from 1 to 3660.', 'days');
    const now = Date.now();
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const view = await call.ask('calendar:agenda', requiredArgument(call), now, now + days * DAY_MS, zone);
    const line = ({ start, isAllDay, title }: OccurrenceView): string[] => [
      new Date(start).toLocaleDateString('en-CA'),
      isAllDay ? '' : new Date(start).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }),
      title === '' ? 'Without a title' : title,
    ];
    await call.print(view, ({ list, next, until }) => {
      const rest =
        until === undefined
          ? ''
          : `Not all of it is told from ${localTime(new Date(until).toISOString())} on: it is too much.\n`;
      if (list.length > 0) return `${call.table(['day', 'time', 'what'], list.map(line), '')}${rest}`;
      return next === null ? 'Nothing comes.\n' : `Nothing in that time. Next: ${line(next).join(' ')}\n`;
    });
    return EXIT.done;
  },
};

/** Making, sharing and shaping collections. */
export const collectionCommands: readonly Command[] = [
  add,
  invite,
  revokeInvite,
  recoveryKey,
  join,
  leave,
  source,
  pauseOrResume('pause', 'stops all exchange and writing, of one collection or all'),
  pauseOrResume('resume', 'lets it go on'),
  agenda,
  exportOnce,
];
