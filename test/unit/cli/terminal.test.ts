import { afterEach, expect, it, vi } from 'vitest';
import { processTerminal } from '../../../src/main/cli/terminal.ts';

const wasTerminal = process.stdout.isTTY;
afterEach(() => {
  process.stdout.isTTY = wasTerminal;
  vi.unstubAllEnvs();
});

it.each([
  [true, undefined, 'xterm', true],
  [true, '', 'xterm', true],
  [true, '1', 'xterm', false],
  [true, '0', 'xterm', false],
  [true, undefined, 'dumb', false],
  [false, undefined, 'xterm', false],
] as const)('on a terminal: %s, NO_COLOR: %j, TERM: %s: colours %s', (isTerminal, noColour, term, colour) => {
  process.stdout.isTTY = isTerminal;
  vi.stubEnv('NO_COLOR', noColour);
  vi.stubEnv('TERM', term);
  expect(processTerminal().colour).toBe(colour);
});
