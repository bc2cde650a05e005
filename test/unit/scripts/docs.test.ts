import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const there = globSync('{src,test,docs,scripts,assets,bin,.ci}/**/*', { cwd: root }).map((path) =>
  path.replaceAll('\\', '/'),
);
const top = globSync('*', { cwd: root });
const documents = [...top.filter((name) => name.endsWith('.md')), ...there.filter((name) => name.endsWith('.md'))];

/** Files of the repository that a text names: the targets of its links, and in code what ends as a file of ours does. */
function namedIn(text: string): readonly string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)\)/g)].map(([, target]) => target as string);
  const code = [...text.matchAll(/`([\w./*-]+\.(?:tsx?|mjs|py|sql|css|md))(?::\d+)?`/g)].map(
    ([, name]) => name as string,
  );
  return [...links.filter((target) => !/^\w+:/.test(target)), ...code];
}

/** By its path from the root, from the text, or by the end of its path, as in `take-in/take-in.ts`; `*` stands for part of a name. */
function isThere(name: string, document: string): boolean {
  const end = new RegExp(`(^|/)${normalize(name).split('*').map(RegExp.escape).join('[^/]*')}/?$`);
  const beside = normalize(join(dirname(document), name));
  return [...there, ...top].some((path) => path === beside || end.test(path));
}

describe('the documents', () => {
  it.each(documents)('%s names only files that are there', (document) => {
    const text = readFileSync(join(root, document), 'utf8');
    expect(namedIn(text).filter((name) => !isThere(name, document))).toEqual([]);
  });
  it('are seen to name one that is not there', () => {
    expect(namedIn('see `take-in/take-out.ts` and [this](nowhere.md), not [that](https://example.org/a.ts)')).toEqual([
      'nowhere.md',
      'take-in/take-out.ts',
    ]);
    expect([isThere('take-in/take-out.ts', 'README.md'), isThere('take-in/take-in.ts', 'README.md')]).toEqual([
      false,
      true,
    ]);
  });
});
