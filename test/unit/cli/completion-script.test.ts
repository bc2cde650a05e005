import { spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/main/cli/run-command-line.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';

let script = '';
beforeAll(async () => {
  const terminal = capturedTerminal();
  await runCommandLine(['completions', 'bash'], terminal);
  script = terminal.output();
});

/** What bash offers for the last of these words, which it has divided. */
function offered(words: readonly string[]): string[] {
  const asking = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lockstep; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${asking}`, 'bash', 'lockstep', ...words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

const ROLES = ['admin', 'editor', 'reader'];
it.skipIf(process.platform === 'win32').each([
  [['stat'], ['status']],
  [['help', 'stat'], ['status']],
  [['invite', '--role', ''], ROLES],
  [['invite', '--role', '='], ROLES],
  [['invite', '--role', '=', 'ad'], ['admin']],
  [
    ['relay', 'serve', '--role', ''],
    ['all', 'storage', 'management'],
  ],
  [['--data', 'x', 'invite', '--role', ''], ROLES],
  [['--data', '=', 'x', '--json', 'invite', '--role', ''], ROLES],
  [
    ['export', 'People', 'x', '--format', 'ical'],
    ['icalendar', 'icalendar-folder'],
  ],
  [['relay', 's'], ['serve']],
  [['--data', 'x', 'sync', '--w'], ['--wait']],
])('bash completes %j (skipped: on Windows there is no bash)', (words, expected) => {
  expect(offered(words)).toEqual(expected);
});
