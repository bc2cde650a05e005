import type { DeviceView } from '../../contract/contract.ts';
import { plainText } from '../platform/plain-text.ts';
import type { Command } from './command.ts';
import { EXIT } from './exit-status.ts';
import { localTime } from './local-time.ts';
import { answerCode, isCode } from './nearby-pairing.ts';
import { flagOption, requiredArgument, usageError } from './options.ts';
import { shortId, shortRecord } from './show-value.ts';
import type { Table } from './table.ts';

const ROLES = ['admin', 'editor', 'reader'] as const;

const requests: Command = {
  name: 'requests',
  takes: '',
  summary: 'devices that wait to be admitted',
  options: {},
  async run(call) {
    await call.print(await call.ask('requests:list'), (views) => {
      const rows = views.map((view) => [
        view.request,
        view.name,
        shortId(view.device),
        view.collectionName,
        view.role,
        view.code,
        localTime(view.at),
      ]);
      return call.table(['request', 'name', 'device', 'collection', 'role', 'code', 'at'], rows, 'Nobody waits.');
    });
    return EXIT.done;
  },
};

const answer = (name: 'approve' | 'deny', summary: string, done: string): Command => ({
  name,
  takes: 'REQUEST|CODE',
  summary,
  details:
    'A request is named by its id, as much of that as no other begins with, or the code it shows. Of a pairing without a link (--nearby) the code is said on either of the two devices.',
  options: {},
  async run(call) {
    const given = requiredArgument(call);
    if (isCode(given)) return answerCode(call, given, name === 'approve');
    await call.print(await call.ask('requests:answer', given, name === 'approve'), () => `${done}\n`);
    return EXIT.done;
  },
});

const devices: Command = {
  name: 'devices',
  takes: '',
  summary: 'who shares what',
  options: {},
  async run(call) {
    await call.print(await call.ask('devices:list'), (views) => showDevices(views, call.table));
    return EXIT.done;
  },
};

const removeDevice: Command = {
  name: 'remove-device',
  takes: 'DEVICE [COLLECTION]',
  summary: 'takes a device out of one collection, or all',
  details:
    'What it holds stays with it; it gets nothing new, and nothing it writes from now on is taken. Of this device itself name the\n' +
    'COLLECTION: it leaves that.',
  options: {},
  async run(call) {
    const left = await call.ask('devices:remove', requiredArgument(call), call.positionals[1] ?? null);
    await call.print(left, (views) => showDevices(views, call.table));
    return EXIT.done;
  },
};

const renameDevice: Command = {
  name: 'rename-device',
  takes: 'NAME',
  summary: 'gives this device another name',
  options: {},
  async run(call) {
    await call.print(await call.ask('devices:rename', requiredArgument(call)), (views) =>
      showDevices(views, call.table),
    );
    return EXIT.done;
  },
};

const setRole: Command = {
  name: 'set-role',
  takes: 'DEVICE ROLE [COLLECTION]',
  summary: 'lets a device administer, edit or only read a collection, or all it shares with this one',
  details: 'Only an admin may. What a device changes while it may only read stays with it.',
  options: {},
  async run(call) {
    const [device, role, collection] = [requiredArgument(call), requiredArgument(call, 1), call.positionals[2]];
    const known = ROLES.find((each) => each === role);
    if (known === undefined) throw usageError(`ROLE must be one of ${ROLES.join(', ')}, not "${role}".`, role);
    await call.print(await call.ask('devices:role', device, known, collection ?? null), (views) =>
      showDevices(views, call.table),
    );
    return EXIT.done;
  },
};

const quarantine: Command = {
  name: 'quarantine',
  takes: 'DEVICE [COLLECTION]',
  summary: 'decides about what a device wrote after it was removed or made a reader',
  details: '`problems` shows what is set aside so. Taken by an admin it counts on every device.',
  options: {
    take: { type: 'boolean', help: 'it counts after all' },
    drop: { type: 'boolean', help: 'it is not kept here any longer' },
  },
  async run(call) {
    const [take, drop] = [flagOption(call.options, 'take'), flagOption(call.options, 'drop')];
    if (take === drop) throw usageError('Say either --take or --drop.', 'quarantine');
    const [device, collection] = [requiredArgument(call), call.positionals[1]];
    const left = await call.ask('devices:quarantine', device, take, collection ?? null);
    await call.print(
      left.filter(({ code }) => code === 'quarantined'),
      (problems) =>
        problems.map(({ record, detail }) => `${plainText(shortRecord(record))}: ${plainText(detail)}\n`).join('') ||
        'Done.\n',
    );
    return EXIT.done;
  },
};

function showDevices(views: readonly DeviceView[], table: Table): string {
  const rows = views.map((view) => [
    view.self ? `${plainText(view.name)} (this device)` : view.name,
    shortId(view.device),
    view.role,
    view.collections.map(shortId).join(', '),
    view.lastSeen === null ? 'never' : localTime(view.lastSeen),
  ]);
  return table(['name', 'device', 'role', 'collections', 'last seen'], rows, 'No devices.');
}

/** Who shares what. */
export const deviceCommands: readonly Command[] = [
  requests,
  answer('approve', 'admits a device; compare the code first', 'Admitted.'),
  answer('deny', 'refuses a device', 'Refused.'),
  devices,
  removeDevice,
  renameDevice,
  setRole,
  quarantine,
];
