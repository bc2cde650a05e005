import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright';
import { expect, it } from 'vitest';
import { waysToChromium } from '../../../scripts/fetch-chromium.mjs';

interface Step {
  readonly command: string;
  readonly args: readonly string[];
}
const ways = (isRoot: boolean, hasApt: boolean) => waysToChromium({ isRoot, hasApt }) as readonly (readonly Step[])[];

it('what Playwright would fetch is where the tests look for it', () => {
  const [[step]] = ways(false, false) as [[Step]];
  const told = execFileSync(step.command, [...step.args, '--dry-run'], { encoding: 'utf8' });
  const places = [...told.matchAll(/Install location: +(.+)/g)].map(([, place]) => place as string);
  expect(places.filter((place) => chromium.executablePath().startsWith(`${place}/`))).toHaveLength(1);
});

it('only root is given what comes from the system, and the browser alone where that fails', () => {
  const words = (list: readonly (readonly Step[])[]) =>
    list.map((steps) => steps.map(({ args }) => args.filter((arg) => /^(--with-deps|install|update)$/.test(arg))));
  expect(words(ways(false, true))).toEqual([[['install']]]);
  expect(words(ways(true, false))).toEqual([[['install', '--with-deps']], [['install']]]);
  expect(words(ways(true, true))).toEqual([[['install', '--with-deps']], [['install']], [['update'], ['install']]]);
});
