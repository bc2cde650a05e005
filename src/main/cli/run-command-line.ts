import { resolve } from 'node:path';
import type { WireError } from '../../contract/contract.ts';
import { type ControlClient, connectControl } from '../control/control-client.ts';
import { wireError } from '../control/wire-error.ts';
import { defaultDataDirectory } from '../platform/data-directory.ts';
import { plainLines, plainText } from '../platform/plain-text.ts';
import { collectionCommands } from './collection-commands.ts';
import type { Command, CommandCall } from './command.ts';
import { conflictCommands } from './conflict-commands.ts';
import { deviceCommands } from './device-commands.ts';
import { EXIT, exitStatusOf } from './exit-status.ts';
import { historyCommands } from './history-commands.ts';
import { toJson } from './json-value.ts';
import { machineCommands } from './machine-commands.ts';
import { textOption, usageError } from './options.ts';
import { paintFor } from './paint.ts';
import { nearestWord, type ParsedCommandLine, parseCommandLine, splitCommandLine } from './parse-command-line.ts';
import { syncCommands } from './sync-commands.ts';
import { table } from './table.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const help: Command = {
  name: 'help',
  takes: '[COMMAND] [WORD]',
  summary: 'what the program, or a command, does',
  options: {},
  async run(call) {
    const [word, second] = call.positionals;
    // `relay serve` is one command of two words.
    if (word !== undefined && second !== undefined && !commandNamed(word).takes.split(' ').includes(second))
      throw usageError(`"${second}" is too much. Usage: lockstep help [COMMAND]`, 'help');
    return showHelp(call, word ?? null);
  },
};

const completions: Command = {
  name: 'completions',
  takes: 'SHELL',
  summary: 'prints a script that teaches bash, zsh or fish the commands',
  details: 'For bash: source <(lockstep completions bash)',
  options: {},
  offers: ['bash', 'zsh', 'fish'],
  async run(call) {
    const { completionScript, SHELLS } = await import('./completion-script.ts');
    const shell = SHELLS.find((known) => known === call.positionals[0]);
    if (!shell) throw usageError(`SHELL is one of ${SHELLS.join(', ')}.`, 'SHELL');
    await call.print({ script: completionScript(shell, COMMANDS) }, (view) => view.script);
    return EXIT.done;
  },
};

const COMMANDS: readonly Command[] = [
  ...collectionCommands,
  ...syncCommands,
  ...conflictCommands,
  ...historyCommands,
  ...deviceCommands,
  ...machineCommands,
  help,
  completions,
];

/**
 * Runs one call of the command line and resolves with its exit status; never rejects. The result goes to `terminal.out`, everything else
 * to `terminal.note`; with `--json` an error is the result.
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const end = argv.indexOf('--');
  const json = (end === -1 ? argv : argv.slice(0, end)).includes('--json');
  let client: Promise<ControlClient> | null = null;
  try {
    const { word, rest } = splitCommandLine(argv);
    const command = word === null ? null : commandNamed(word);
    const parsed = parseCommandLine(command, rest);
    const call = callFor(parsed, json, terminal, (dataDirectory) => (client ??= connectControl(dataDirectory)));
    if (parsed.options.version === true) return await showVersion(call);
    if (parsed.options.help === true) return await showHelp(call, command?.name ?? null);
    if (command) return await command.run(call);
    const { openApp } = await import('./open-app.ts');
    return await openApp(call);
  } catch (failure) {
    const error = wireError(failure, argv[0] ?? 'lockstep', (line) => terminal.note(`${plainLines(line)}\n`));
    await showError(error, json, terminal);
    return exitStatusOf(error.code);
  } finally {
    // A connection that never came about was reported above.
    (client as Promise<ControlClient> | null)?.then(
      (opened) => opened.close(),
      () => {},
    );
  }
}

function callFor(
  parsed: ParsedCommandLine,
  json: boolean,
  terminal: Terminal,
  connect: (dataDirectory: string) => Promise<ControlClient>,
): CommandCall {
  const data = textOption(parsed.options, 'data');
  // A variable that was not set: it must not mean the directory somebody happens to be in.
  if (data === '') throw usageError('--data names no directory.', 'data');
  const dataDirectory =
    data === undefined ? defaultDataDirectory(terminal.environment) : resolve(terminal.directory, data);
  const instance = () => connect(dataDirectory);
  return {
    ...parsed,
    json,
    dataDirectory,
    terminal,
    paint: paintFor(terminal.colour && !json),
    table: (headings, rows, nothing) => table(headings, rows, nothing, terminal.columns),
    instance,
    ask: async (name, ...args) => (await instance()).request(name, ...args),
    print: (value, show) => terminal.out(json ? `${toJson(value)}\n` : show(value)),
  };
}

function commandNamed(word: string): Command {
  const command = COMMANDS.find(({ name }) => name === word);
  if (command) return command;
  const near = nearestWord(
    word,
    COMMANDS.map(({ name }) => name),
  );
  throw usageError(`There is no command "${word}".${near ? ` Did you mean "${near}"?` : ''} See: lockstep help`, word);
}

async function showHelp(call: CommandCall, word: string | null): Promise<number> {
  const { helpFor, overview } = await import('./help-text.ts');
  const text = word === null ? overview(COMMANDS, call.paint) : helpFor(commandNamed(word), call.paint);
  await call.print({ help: text }, (view) => view.help);
  return EXIT.done;
}

async function showVersion(call: CommandCall): Promise<number> {
  const { VERSION } = await import('./version.ts');
  await call.print({ version: VERSION }, (view) => `lockstep ${view.version}\n`);
  return EXIT.done;
}

async function showError(error: WireError, json: boolean, terminal: Terminal): Promise<void> {
  if (json) await terminal.out(`${JSON.stringify({ error })}\n`);
  else terminal.note(`lockstep: ${plainText(error.message)}\n`);
}
