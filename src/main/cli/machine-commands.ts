import type { CheckView } from '../../contract/contract.ts';
import { leftToOthersWords, relayLeftToOthers } from '../../contract/relay-words.ts';
import { DEFAULT_PORT } from '../engine-thread/engine-api.ts';
import { plainLines, plainText } from '../platform/plain-text.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Command, CommandCall } from './command.ts';
import { EXIT } from './exit-status.ts';
import { flagOption, listenOption, textOption, usageError } from './options.ts';
import { relayCommand } from './relay-command.ts';
import { SETTING_WORDS, settingLines } from './setting-words.ts';

const serve: Command = {
  name: 'serve',
  takes: '',
  summary: 'keeps everything in step without a window, in the foreground',
  details:
    'Prints one line of JSON when it is ready. SIGTERM, SIGINT and SIGHUP (but for nohup) stop it within 5 seconds.',
  options: {
    listen: {
      type: 'string',
      value: 'HOST:PORT',
      help: `where other devices connect (default: port ${DEFAULT_PORT} or the next free one; 0: any)`,
    },
    ui: {
      type: 'string',
      value: 'HOST:PORT',
      help: 'where the UI for a browser is, on this machine only (default: 127.0.0.1, any port)',
    },
    'no-ui': { type: 'boolean', help: 'no UI for a browser' },
    'no-discovery': { type: 'boolean', help: 'do not look for devices on the local network' },
    relay: {
      type: 'string',
      value: 'URL',
      canBeEmpty: true,
      help: 'for this run: the relay of the collections that this device is an admin of (default: as set with config relay, which shows it)',
    },
  },
  async run(call) {
    if (flagOption(call.options, 'no-ui') && call.options.ui !== undefined)
      throw usageError('Give --ui or --no-ui, not both.', 'ui');
    const started = await import('../serve.ts');
    return started.serve({
      dataDirectory: call.dataDirectory,
      ...serveOptions(call),
      log: (line) => call.terminal.note(`${plainLines(line)}\n`),
      onReady: (instance) => {
        const ready = {
          ready: true,
          device: instance.deviceId,
          listen: instance.listenAddress,
          ui: instance.uiAddress(),
        };
        void call.terminal.out(`${JSON.stringify(ready)}\n`);
      },
    });
  },
};

function serveOptions(call: CommandCall) {
  return {
    listen: listenOption(call.options, 'listen', '0.0.0.0') ?? null,
    ui: flagOption(call.options, 'no-ui')
      ? null
      : (listenOption(call.options, 'ui', '127.0.0.1') ?? { host: '127.0.0.1', port: 0, orNext: false }),
    discovery: !flagOption(call.options, 'no-discovery'),
    relay: textOption(call.options, 'relay') ?? null,
  };
}

const ui: Command = {
  name: 'ui',
  takes: '',
  summary: 'prints a fresh one-time address of the UI for a browser',
  options: {},
  async run(call) {
    await call.print(await call.ask('ui:address'), (view) => `${view.ui}\n`);
    return EXIT.done;
  },
};

const config: Command = {
  name: 'config',
  takes: '[KEY [VALUE]]',
  summary: 'shows or changes the settings of this device',
  details:
    `${settingLines()}\n\n` +
    'relay counts for the collections that this device is an admin of, whoever set theirs before. What is shown is what this device says,\n' +
    'that of serve --relay too, or where it says none what its collections have of others; status tells which one each of them has.',
  options: {},
  offers: Object.keys(SETTING_WORDS),
  async run(call) {
    const [key, value] = call.positionals;
    const settings = await call.ask('config', key ?? null, value ?? null);
    await call.print(settings, (view) =>
      call.table(
        ['setting', 'value'],
        Object.entries(view).map(([name, setting]) => [name, setting === null ? '' : String(setting)]),
        'No settings.',
      ),
    );
    if (key === 'relay' && value !== undefined)
      await noteLeftToOthers(call, value === '' ? '' : String(settings.relay ?? ''));
    return EXIT.done;
  },
};

/** A relay was set, and some collections do not have it now: says where that can be done. */
async function noteLeftToOthers(call: CommandCall, url: string): Promise<void> {
  const { collections } = await call.ask('status');
  for (const other of relayLeftToOthers(collections, await call.ask('devices:list'), url))
    call.terminal.note(`${plainText(leftToOthersWords(other))}\n`);
}

const doctor: Command = {
  name: 'doctor',
  takes: '',
  summary: 'checks the machine and the instance',
  options: {},
  async run(call) {
    const { checkMachine } = await import('./check-machine.ts');
    const instance = await checkInstance(call);
    const listensOn = instance.find((one) => one.check === 'listening')?.detail ?? null;
    const checks = [...(await checkMachine(call.dataDirectory, listensOn)), ...instance];
    await call.print(checks, (views) => {
      const lines = views.map((view) => {
        const mark = view.ok ? call.paint.good('✓') : call.paint.bad('✗');
        const fix = view.fix === null ? '' : `\n    ${plainText(view.fix)}`;
        return `${mark} ${view.check}: ${plainText(view.detail)}${fix}`;
      });
      return `${lines.join('\n')}\n`;
    });
    return EXIT.done;
  },
};

/** What the instance finds; that none runs is worth knowing and no failure. */
async function checkInstance(call: CommandCall): Promise<readonly CheckView[]> {
  try {
    return [
      { check: 'instance', ok: true, detail: `runs on ${call.dataDirectory}`, fix: null },
      ...(await call.ask('doctor')),
    ];
  } catch (failure) {
    if (!(failure instanceof LockstepError)) throw failure;
    if (failure.code === 'no-instance') {
      return [
        {
          check: 'instance',
          ok: true,
          detail: `none runs on ${call.dataDirectory}; its database was not looked at`,
          fix: null,
        },
      ];
    }
    const fix =
      failure.code === 'disk-full' ? 'Free some space there.' : 'Where it is yours, stop it and start it again.';
    return [{ check: 'instance', ok: false, detail: failure.message, fix }];
  }
}

/** The machine, the instance and its settings. */
export const machineCommands: readonly Command[] = [serve, ui, config, doctor, relayCommand];
