import { isAbsolute, resolve } from 'node:path';
import { LockstepError } from '../platform/trouble.ts';
import type { CommandCall } from './command.ts';

/** Asks about the RECORD that was typed; where there is none, about the one that its path from the working directory leads to. */
export async function askRecord<T>(
  { terminal }: Pick<CommandCall, 'terminal'>,
  record: string,
  ask: (record: string) => Promise<T>,
): Promise<T> {
  try {
    return await ask(record);
  } catch (failure) {
    if (!isUnknown(failure) || record === '' || isAbsolute(record)) throw failure;
    return ask(resolve(terminal.directory, record)).catch((other: unknown) => {
      throw isUnknown(other) ? failure : other;
    });
  }
}

const isUnknown = (failure: unknown): boolean => failure instanceof LockstepError && failure.code === 'no-such-record';
