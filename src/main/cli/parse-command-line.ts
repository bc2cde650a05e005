import { parseArgs } from 'node:util';
import type { Command, CommandOption, OptionValue } from './command.ts';
import { usageError } from './options.ts';

/** Options every command takes, and that may stand before it. */
export const GLOBAL_OPTIONS: { readonly [name: string]: CommandOption } = {
  data: {
    type: 'string',
    value: 'DIR',
    help: 'the instance (default: LOCKSTEP_DATA, else the application-data folder)',
  },
  json: { type: 'boolean', help: 'one JSON value on standard output, errors included' },
  help: { type: 'boolean', short: 'h', help: 'what a command does' },
  version: { type: 'boolean', short: 'V', help: 'the version' },
};

/** The command a command line begins with: what stands before it are global options. `word` null: there is none. */
export function splitCommandLine(argv: readonly string[]): {
  readonly word: string | null;
  readonly rest: readonly string[];
} {
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at]!;
    if (argument === '--data') at++;
    else if (!argument.startsWith('-')) return { word: argument, rest: [...argv.slice(0, at), ...argv.slice(at + 1)] };
  }
  return { word: null, rest: argv };
}

export interface ParsedCommandLine {
  readonly positionals: readonly string[];
  readonly options: { readonly [name: string]: OptionValue | undefined };
}

/** The options and arguments of a command; null: only the global ones. Fails as wrong usage, naming what is wrong. */
export function parseCommandLine(command: Command | null, rest: readonly string[]): ParsedCommandLine {
  const options = { ...command?.options, ...GLOBAL_OPTIONS };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    // `--no-ui` is an option of its own; where there is one like it, parseArgs must not take it for a negation.
    const allowNegative = !Object.keys(options).some((name) => name.startsWith('no-'));
    parsed = parseArgs({
      args: command === null ? [...rest] : withSeveral(command, rest),
      options,
      allowPositionals: true,
      allowNegative,
      strict: true,
    });
  } catch (failure) {
    throw usageError(mistakeWords((failure as Error).message, command, Object.keys(options)), command?.name);
  }
  const { positionals, values } = parsed;
  if (command && values.help !== true) {
    checkCount(command, positionals);
    checkGiven(options, values);
  }
  return { positionals, options: values as ParsedCommandLine['options'] };
}

/**
 * The options of a command that take several values, each value spelled out: `--for a b` becomes `--for a --for b`. A single further word may be
 * the argument the command still lacks, and stays one.
 */
function withSeveral(command: Command, rest: readonly string[]): string[] {
  const several = Object.keys(command.options).filter((name) => command.options[name]?.several === true);
  const spelled: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!;
    spelled.push(word);
    if (!several.some((name) => word === `--${name}`) || at + 1 >= rest.length) continue;
    spelled.push(rest[++at]!);
    const further = rest.slice(at + 1);
    const end = further.findIndex((each) => each.startsWith('-'));
    const words = end === -1 ? further : further.slice(0, end);
    const isArgument =
      words.length === 1 && wordsBefore(command, rest.slice(0, at - 1)) < argumentCount(command.takes).most;
    if (!isArgument) spelled.push(...words.flatMap((each) => [word, each]));
    else spelled.push(...words);
    at += words.length;
  }
  return spelled;
}

/** How many arguments of the command stand among these words. */
function wordsBefore(command: Command, words: readonly string[]): number {
  const options: { readonly [name: string]: CommandOption } = { ...command.options, ...GLOBAL_OPTIONS };
  let count = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (!word.startsWith('-')) count++;
    else if (options[word.slice(2)]?.type === 'string') at++;
  }
  return count;
}

/** How many arguments the `takes` line of a command asks for. */
export function argumentCount(takes: string): { readonly least: number; readonly most: number } {
  const words = takes.split(' ').filter((word) => word !== '');
  return { least: words.filter((word) => !/[[\]]/.test(word)).length, most: words.length };
}

function checkCount(command: Command, positionals: readonly string[]): void {
  const { least, most } = argumentCount(command.takes);
  const form = `lockstep ${command.name} ${command.takes}`.trim();
  if (positionals.length < least) throw usageError(`Something is missing. Usage: ${form}`, command.name);
  // A variable that was not set; only the value of a setting may be empty.
  const named = command.name === 'config' ? positionals.slice(0, 1) : positionals;
  if (named.includes('')) throw usageError(`An argument is empty. Usage: ${form}`, command.name);
  if (positionals.length > most) throw usageError(`"${positionals[most]}" is too much. Usage: ${form}`, command.name);
}

/** An option whose value is a variable that was not set: it must not mean another thing than it says. */
function checkGiven(options: { readonly [name: string]: CommandOption }, values: { readonly [name: string]: unknown }) {
  for (const [name, option] of Object.entries(options))
    if (option.canBeEmpty !== true && values[name] === '') throw usageError(`--${name} is empty.`, name);
}

/** What is wrong with an option, in one line, and what may have been meant. `known`: the options there are. */
function mistakeWords(text: string, command: Command | null, known: readonly string[]): string {
  const first = `${text.split(/\. |\n/)[0]!.replace(/\.$/, '')}.`;
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(text) ?? [];
  if (unknown !== undefined) {
    const near = nearestWord(unknown.replace(/^-+/, ''), known);
    if (unknown.startsWith('--') && near !== null) return `${first} Did you mean --${near}?`;
    const takes = command !== null && argumentCount(command.takes).most > 0;
    return takes ? `${first} An argument that begins with - stands last, after --.` : first;
  }
  const [, missing] = /^Option '(?:-., )?(--[\w-]+).*' argument missing/.exec(text) ?? [];
  if (missing !== undefined) return `${missing} has no value.`;
  const [, option] = /^Option '(?:-., )?(--[\w-]+).*' argument is ambiguous/.exec(text) ?? [];
  return option === undefined ? first : `${option} has no value. One that begins with - is given so: ${option}=-x`;
}

/** The known word nearest to a mistyped one, for "did you mean"; null: none is near. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.name : null;
}

function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, character] of [...from].entries()) {
    const next = [line + 1];
    for (let at = 1; at <= to.length; at++) {
      const change = row[at - 1]! + (to[at - 1] === character ? 0 : 1);
      next.push(Math.min(change, row[at]! + 1, next[at - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
