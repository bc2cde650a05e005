import type { DeviceView } from '../../contract/contract.ts';
import type { Command } from './command.ts';
import { EXIT } from './exit-status.ts';
import { localTime } from './local-time.ts';
import { plainText } from './plain-text.ts';
import { shortId } from './show-value.ts';
import { table } from './table.ts';

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
      return table(['request', 'name', 'device', 'collection', 'role', 'code', 'at'], rows, 'Nobody waits.');
    });
    return EXIT.done;
  },
};

const answer = (name: 'approve' | 'deny', summary: string, done: string): Command => ({
  name,
  takes: 'REQUEST',
  summary,
  options: {},
  async run(call) {
    await call.print(await call.ask('requests:answer', call.positionals[0]!, name === 'approve'), () => `${done}\n`);
    return EXIT.done;
  },
});

const devices: Command = {
  name: 'devices',
  takes: '',
  summary: 'who shares what',
  options: {},
  async run(call) {
    await call.print(await call.ask('devices:list'), showDevices);
    return EXIT.done;
  },
};

const removeDevice: Command = {
  name: 'remove-device',
  takes: 'DEVICE [COLLECTION]',
  summary: 'takes a device out of one collection, or all',
  details: 'What it holds stays with it; it gets nothing new, and nothing it writes from now on is taken.',
  options: {},
  async run(call) {
    const left = await call.ask('devices:remove', call.positionals[0]!, call.positionals[1] ?? null);
    await call.print(left, showDevices);
    return EXIT.done;
  },
};

const renameDevice: Command = {
  name: 'rename-device',
  takes: 'NAME',
  summary: 'gives this device another name',
  options: {},
  async run(call) {
    await call.print(await call.ask('devices:rename', call.positionals[0]!), showDevices);
    return EXIT.done;
  },
};

function showDevices(views: readonly DeviceView[]): string {
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
];
