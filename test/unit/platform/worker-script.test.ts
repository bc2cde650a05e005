import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

it('each script of a thread is asked for where it is', () => {
  const root = join(import.meta.dirname, '../../..');
  const asked = globSync('src/main/**/*.ts', { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/workerScript\(import\.meta\.url, '(.+?)'\)/g)].map(
      ([, script]) => join(dirname(file), script!),
    ),
  );
  expect(asked.sort()).toEqual(globSync('src/main/**/*-thread.ts', { cwd: root }).sort());
});
