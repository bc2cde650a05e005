import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommandLine } from '../../src/main/cli/run-command-line.ts';
import { capturedTerminal } from '../fakes/captured-terminal.ts';
import { Device, end } from './device.ts';
import { Folder, scratch } from './folder.ts';

/** Whatever the command line refuses, it says in one shape, and in words that people can do something with. */

const here = scratch('refusals');
const at = (name: string): string => join(here, name);
const NOT_HERE = at('not/here');
let device: Device;
let folder: Folder;
let change = '';
beforeAll(async () => {
  writeFileSync(at('file'), 'just a file');
  writeFileSync(at('odd.csv'), 'a,b\n1,2\n');
  writeFileSync(at('bad.ics'), 'no calendar');
  mkdirSync(at('empty'));
  mkdirSync(at('closed'), { mode: 0 });
  device = await Device.start('anna');
  folder = new Folder('anna');
  folder.write('dir/one.txt', 'one');
  folder.write('dir/two.txt', 'two');
  await device.add(folder, '--name', 'docs');
  await device.look();
  change = (await device.history('docs'))[0]!.id;
});
afterAll(async () => {
  chmodSync(at('closed'), 0o700);
  await end(device);
});

const REFUSED: readonly (readonly [code: string, ...argv: (string | (() => string))[]])[] = [
  ['usage', 'synk'],
  ['usage', 'status', '--loud'],
  ['usage', 'status', 'now'],
  ['usage', 'add'],
  ['usage', 'add', ''],
  ['usage', 'add', 'x', '--kind', 'photos'],
  ['usage', 'add', 'x', '--format', 'pdf'],
  ['usage', 'status', '--data', ''],
  ['usage', 'sync', '--timeout', 'soon'],
  ['usage', 'sync', '--timeout'],
  ['usage', 'history', '--limit', '1.5'],
  ['usage', 'history', '--limit', '0'],
  ['usage', 'history', '--all', '--acts'],
  ['usage', 'resolve'],
  ['usage', 'resolve', 'x'],
  ['usage', 'resolve', 'x', '--value', '{'],
  ['usage', 'resolve', 'x', '--take', 'y', '--keep-both'],
  ['usage', 'resolve', '--all'],
  ['usage', 'restore', 'docs'],
  ['usage', 'cat', 'docs', 'dir/one.txt', '--at', 'x', '--value', 'y'],
  ['usage', 'duplicates', 'docs', 'one'],
  ['usage', 'invite', 'docs', '--role', 'king'],
  ['usage', 'join', 'https://example.org', NOT_HERE],
  ['usage', 'completions', 'basic'],
  ['usage', 'help', 'synk'],
  ['usage', 'serve', '--ui', '127.0.0.1:0', '--no-ui'],
  ['usage', 'serve', '--listen', 'here:there'],
  ['usage', 'relay', 'go'],
  ['usage', 'relay', 'serve', '--role', 'storages'],
  ['not-available', 'relay', 'serve', '--database', 'postgres://x'],
  ['no-instance', 'status', '--data', NOT_HERE],
  ['already-running', 'serve', '--listen', '127.0.0.1:0', '--no-ui', '--no-discovery'],
  ['bad-data-directory', 'serve', '--data', at('file')],
  ['no-such-path', 'add', NOT_HERE],
  ['no-such-path', 'add', at('file/below'), '--create'],
  ['no-such-path', 'add', at('new.sqlite'), '--format', 'thunderbird', '--create'],
  ['overlaps-source', 'add', () => folder.root],
  ['overlaps-source', 'add', () => folder.path('dir')],
  ['overlaps-source', 'add', () => join(folder.root, '..')],
  ['overlaps-source', 'add', () => device.data],
  ['wrong-format', 'add', at('file')],
  ['wrong-format', 'add', at('file'), '--format', 'folder'],
  ['unknown-format', 'add', at('odd.csv')],
  ['bad-address', 'add', 'ftp://ana@example.org/x'],
  ['no-such-collection', 'verify', 'nothing'],
  ['no-such-collection', 'invite', 'nothing'],
  ['no-such-collection', 'sync', 'nothing'],
  ['no-such-collection', 'pause', 'nothing'],
  ['no-such-collection', 'preview', 'nothing'],
  ['no-such-record', 'cat', 'docs', 'nothing.txt'],
  ['no-such-record', 'explain', 'docs', NOT_HERE],
  ['no-such-record', 'history', 'docs', '--record', 'nothing.txt'],
  ['ambiguous-record', 'cat', 'docs', 'di'],
  ['not-a-file', 'cat', 'docs', 'dir'],
  ['no-such-value', 'cat', 'docs', 'dir/one.txt', '--value', 'abcd'],
  ['bad-time', 'cat', 'docs', 'dir/one.txt', '--at', 'abcd'],
  ['no-such-change', 'history', '--before', '00ff-1'],
  ['no-such-change', 'undo', 'abcd'],
  ['already-there', 'restore', 'docs', '--at', () => change, '--to', at('file')],
  ['already-there', 'restore', 'docs', 'dir/one.txt', '--at', () => change, '--to', at('file')],
  ['no-such-path', 'restore', 'docs', '--at', () => change, '--to', NOT_HERE],
  ['no-such-path', 'restore', 'docs', 'dir/one.txt', '--at', () => change, '--to', NOT_HERE],
  ['no-such-path', 'export', 'docs', NOT_HERE],
  ['no-such-device', 'remove-device', 'nobody'],
  ['no-such-device', 'sync', '--wait', '--for', 'nobody'],
  ['no-such-member', 'sync', '--wait', '--for', 'anna'],
  ['bad-time', 'history', '--before', 'yesterday'],
  ['no-such-change', 'history', '--before', 'abcd-1'],
  ['no-such-conflict', 'resolve', 'abcd', '--keep-both'],
  ['no-such-path', 'resolve', 'abcd', '--value', `@${NOT_HERE}`],
  ['no-such-plan', 'confirm', 'abcd'],
  ['unknown-request', 'approve', 'abcd'],
  ['unknown-request', 'deny', 'abcd'],
  ['bad-invite', 'join', 'lockstep://join#v=1', NOT_HERE],
  ['unknown-setting', 'config', 'colour'],
  ['bad-value', 'config', 'history.days', 'many'],
  ['bad-value', 'config', 'safety.delete-share', '1.5'],
  ['bad-relay-url', 'config', 'relay', 'nowhere'],
  ['no-such-source', 'source', 'docs', '--remove', 'abcd'],
  ['overlaps-source', 'source', 'docs', '--add', () => folder.path('dir')],
  ['bad-pattern', 'source', 'docs', '--only', () => folder.root],
  ['bad-pattern', 'source', 'docs', '--only', at('file')],
  ['bad-pattern', 'source', 'docs', '--only', '../dir'],
  ['bad-pattern', 'source', 'docs', '--ignore', '!dir/../dir'],
  ['already-there', 'export', 'docs', () => at('file')],
  ['wrong-format', 'export', 'docs', at('new.vcf'), '--format', 'vcard'],
  ['wrong-format', 'export', 'docs', '-'],
  ['no-ui', 'ui'],
];

it('a new place that is refused for its name is not made', async () => {
  const terminal = capturedTerminal({ environment: { LOCKSTEP_DATA: device.data }, directory: here });
  const argv = ['add', at('named'), '--create', '--name', 'x'.repeat(65), '--json'];
  expect(await runCommandLine(argv, terminal)).toBe(1);
  expect(JSON.parse(terminal.output()).error.code).toBe('bad-name');
  expect(existsSync(at('named'))).toBe(false);
});

it.each(REFUSED.map((each) => [each[0], each.slice(1)] as const))('%s: %j', async (code, words) => {
  const argv = words.map((word) => (typeof word === 'string' ? word : word()));
  const terminal = capturedTerminal({ environment: { LOCKSTEP_DATA: device.data }, directory: here });
  const status = await runCommandLine([...argv, '--json'], terminal);
  const { error, ...more } = JSON.parse(terminal.output());
  expect(error).toEqual({ code, message: expect.any(String), subject: expect.any(String) });
  expect([more, [1, 2, 4, 5].includes(status)]).toEqual([{}, true]);
  // No word of the system's, no stack, nothing that is undefined.
  expect(error.message).not.toMatch(/\bE[A-Z]{3,}\b|SQLITE_|\berrno\b|\n|node:|\.ts:\d|undefined|\[object /);
  // It is a sentence, or it ends with what to call.
  expect(error.message).toMatch(/[^.][.?]$|(?:lockstep|Usage:|is given so:) [^.]+$/);
  expect(terminal.notes()).toBe('');
});
