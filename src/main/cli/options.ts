import { type ListenOn, parseHostAndPort } from '../platform/bind-port.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { CommandCall } from './command.ts';

type Options = CommandCall['options'];

/** A mistake in the command line itself: exit status 2. */
export const usageError = (message: string, subject = ''): LockstepError =>
  new LockstepError('usage', message, subject);

/** An argument that the command's `takes` line asks for without brackets: it was counted before the command ran. */
export function requiredArgument({ positionals }: Pick<CommandCall, 'positionals'>, at = 0): string {
  const argument = positionals[at];
  if (argument === undefined) throw new Error(`this command takes no argument ${at + 1} that has to be there`);
  return argument;
}

/** The value of a text option; undefined: not given. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that may be repeated; undefined: not given. */
export function listOption(options: Options, name: string): readonly string[] | undefined {
  const value = options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/** Was the option given? */
export const flagOption = (options: Options, name: string): boolean => options[name] === true;

/** A number option within limits; fails as wrong usage. */
export function numberOption(options: Options, name: string, from: number, to: number): number | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== '' && number >= from && number <= to) return number;
  throw usageError(`--${name} must be a number from ${from} to ${to}, not "${value}".`, name);
}

/** As `numberOption`, of whole numbers. */
export function wholeNumberOption(options: Options, name: string, from: number, to: number): number | undefined {
  const number = numberOption(options, name, from, to);
  if (number === undefined || Number.isInteger(number)) return number;
  throw usageError(`--${name} must be a whole number, not "${textOption(options, name)}".`, name);
}

/** One of several words; fails as wrong usage. */
export function wordOption<W extends string>(options: Options, name: string, words: readonly W[]): W | undefined {
  const value = textOption(options, name);
  if (value === undefined || words.includes(value as W)) return value as W | undefined;
  throw usageError(`--${name} must be one of ${words.join(', ')}, not "${value}".`, name);
}

/** Where to listen: HOST:PORT, or a PORT of `defaultHost`; fails as wrong usage. */
export function listenOption(options: Options, name: string, defaultHost: string): ListenOn | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  try {
    return { ...parseHostAndPort(value, defaultHost), orNext: false };
  } catch (failure) {
    throw usageError((failure as Error).message, value);
  }
}

/** An object without the properties that are undefined, as the contract's checks want it. */
export function given<T extends object>(properties: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as never;
}
