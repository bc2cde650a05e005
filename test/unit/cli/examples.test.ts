import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXAMPLES } from '../../../src/main/cli/examples.ts';
import { runCommandLine } from '../../../src/main/cli/run-command-line.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';

let directory: string;
beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-examples-')));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Where no instance runs: what is asked of one was understood. */
async function call(words: readonly string[]) {
  const environment = { LOCKSTEP_DATA: join(directory, 'none') };
  const terminal = capturedTerminal({ environment, directory, input: 'lockstep://join#v=1' });
  const status = await runCommandLine(words, terminal);
  return { status, out: terminal.output(), notes: terminal.notes() };
}

/** As a shell does, of what examples are made of. */
const wordsOf = (line: string): readonly string[] =>
  [...line.replace(/ >.*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain = '']) => quoted ?? plain.replace(/^~/, homedir()),
  );

async function examplesOf(command: string): Promise<readonly string[]> {
  const { out } = await call(['help', command]);
  const [, shown = ''] = /\nExamples:\n((?: {2}lockstep .*\n)+)/.exec(out) ?? [];
  return shown
    .trimEnd()
    .split('\n')
    .map((row) => row.replace(/^ {2}lockstep /, '').replace(/ {2,}.*$/, ''));
}

it('every command has examples, and the command line understands each of them', async () => {
  const { out } = await call(['help']);
  const commands = [...out.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name = '']) => name);
  expect(Object.keys(EXAMPLES).filter((name) => !commands.includes(name))).toEqual([]);
  for (const command of commands) {
    const examples = await examplesOf(command);
    expect(examples, command).not.toEqual([]);
    for (const line of examples) {
      const words = wordsOf(line);
      expect(words[0], line).toBe(command);
      // These would go on running; with a wrong option they would not say what they do.
      const { status, notes } = await call(/^(?:serve|relay)/.test(line) ? [...words, '--help'] : words);
      expect([status, notes], line).not.toEqual([2, expect.anything()]);
    }
  }
});
