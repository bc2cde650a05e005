import type { ParseArgsOptionDescriptor } from 'node:util';
import type { RequestName, Requests } from '../../contract/contract.ts';
import type { ControlClient } from '../control/control-client.ts';
import type { Paint } from './paint.ts';
import type { Table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** An option of a command: how it is parsed, and what people are told of it. */
export interface CommandOption extends ParseArgsOptionDescriptor {
  /** How its value is called in the help; absent: it takes none. */
  readonly value?: string;
  readonly help: string;
  /** Further words right after its value are values too. */
  readonly several?: true;
  /** '' is a value. */
  readonly canBeEmpty?: true;
  /** What a shell may offer as value. */
  readonly offers?: readonly string[];
}

export interface Command {
  readonly name: string;
  /** Its positional arguments as the help shows them: `COLLECTION [RECORD]`. Those in brackets may be left out. */
  readonly takes: string;
  readonly summary: string;
  /** Further lines of the help. */
  readonly details?: string;
  readonly options: { readonly [name: string]: CommandOption };
  /** What the first argument may be, for shells. */
  readonly offers?: readonly string[];
  /** Resolves with the exit status; what goes wrong is thrown as LockstepError. */
  run(call: CommandCall): Promise<number>;
}

/** One call of a command, its command line parsed and counted. */
export interface CommandCall {
  readonly positionals: readonly string[];
  readonly options: { readonly [name: string]: OptionValue | undefined };
  readonly json: boolean;
  readonly dataDirectory: string;
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** A table as wide as the terminal lets it be. */
  readonly table: Table;
  /** The connection to the instance, made at the first call; `no-instance` where none runs. */
  instance(): Promise<ControlClient>;
  /** `request` of that connection. */
  ask<K extends RequestName>(name: K, ...args: Parameters<Requests[K]>): Promise<ReturnType<Requests[K]>>;
  /** Prints the result: as one JSON value with `--json`, else what `show` makes of it. */
  print<T>(value: T, show: (value: T) => string): Promise<void>;
}

export type OptionValue = string | boolean | (string | boolean)[];
