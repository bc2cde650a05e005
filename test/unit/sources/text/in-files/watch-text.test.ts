import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchFolder } from '../../../../../src/main/sources/text/in-files/watch-text.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'watch-text-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('tells what in a folder something happened to, where that is told for sure, and nothing of what begins with a dot', async () => {
  const told: (string | null)[] = [];
  let heard: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const stop = await watchFolder(root, (name) => {
    told.push(name);
    heard();
  });
  writeFileSync(join(root, '.hidden'), 'x');
  writeFileSync(join(root, 'ada.vcf'), 'x');
  await first;
  await stop();
  expect(new Set(told)).toEqual(new Set([process.platform === 'linux' ? 'ada.vcf' : null]));
});
