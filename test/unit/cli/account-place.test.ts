import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountKind, givenPlace } from '../../../src/main/cli/account-place.ts';
import type { CommandCall } from '../../../src/main/cli/command.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';

const ADDRESSES = ['https://ana%40example.org@dav.example.org/', 'https://ana@dav.example.org/'];
let directory: string;
let asked: unknown[];
let addresses: readonly string[];
let failure: LockstepError | null;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lockstep-place-'));
  [asked, addresses, failure] = [[], ADDRESSES, null];
});
afterEach(() => rmSync(directory, { recursive: true }));

const place = (typed: string, kind: 'contacts' | 'calendar' | null): Promise<string> => {
  const terminal = {
    ...capturedTerminal({ environment: { LOCKSTEP_PASSWORD: 'pw' } }),
    directory,
  };
  const ask = async (name: string, ...args: readonly unknown[]): Promise<unknown> => {
    asked.push([name, ...args]);
    if (failure !== null) throw failure;
    return name === 'accounts:find' ? { origin: 'https://dav.example.org', addresses } : { address: addresses.at(-1) };
  };
  return givenPlace({ terminal, ask } as unknown as CommandCall, typed, kind);
};

it('an e-mail address is found where an account is meant, and the password is given for what was found', async () => {
  expect(await place('ana@example.org', 'contacts')).toBe(ADDRESSES[1]);
  expect(asked).toEqual([
    ['accounts:find', 'ana@example.org', 'contacts', null],
    ['accounts:log-in', ADDRESSES, 'contacts', 'pw'],
  ]);
});
it('a host where nobody logs in is asked without a password', async () => {
  addresses = ['https://dav.example.org/'];
  expect(await place('example.org', 'calendar')).toBe('https://dav.example.org/');
  expect(asked).toHaveLength(1);
});
it.each([
  ['ana@example.org', 'contacts'],
  ['example.org', 'calendar'],
] as const)('%s is a path where there is one', async (name, kind) => {
  mkdirSync(join(directory, name));
  expect(await place(name, kind)).toBe(join(directory, name));
  expect(asked).toEqual([]);
});
it.each([
  ['ana@example.org', null],
  ['contacts.vcf', 'contacts'],
  ['people', 'contacts'],
] as const)('%s is a path where no account is meant, or it names none', async (name, kind) => {
  expect(await place(name, kind)).toBe(join(directory, name));
});
it.each([
  ['my.contacts', 'no-such-path'],
  ['ana@example.org', 'not-reachable'],
])('that there is neither a path nor a server is said: %s', async (name, code) => {
  failure = new LockstepError('not-reachable', 'No server was found.', name);
  await expect(place(name, 'contacts')).rejects.toMatchObject({
    code,
    message: expect.stringContaining('No server was found.'),
  });
});

it.each([
  [undefined, 'contacts', false, 'contacts'],
  [undefined, 'files', false, null],
  [undefined, undefined, false, null],
  [undefined, 'contacts', true, null],
  ['carddav', undefined, false, 'contacts'],
  ['caldav', undefined, false, 'calendar'],
  ['vcard', 'contacts', false, null],
] as const)('format %s, kind %s, to be made %s: an account of %s is meant', (format, kind, create, is) =>
  expect(accountKind(format, kind, create)).toBe(is),
);
