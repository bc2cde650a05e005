import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import pkg from '../../../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../../..');
const config = readFileSync(join(root, 'electron-builder.yml'), 'utf8');
/** What electron-builder refuses to make without an address of the program's page and of who maintains it. */
const WANT_ADDRESSES = ['deb', 'rpm', 'freebsd', 'pacman', 'apk', 'p5p'];

/** The kinds of package for one system. */
function targetsFor(system: string): readonly string[] {
  const [, said = ''] = new RegExp(`^${system}: \\{ target: (\\[[^\\]]*\\]|\\w+)`, 'm').exec(config) ?? [];
  return said.split(/\W+/).filter(Boolean);
}

it.each(['linux', 'win', 'mac'])('what is packed for %s can be made with what package.json says', (system) => {
  const targets = targetsFor(system);
  expect(targets).not.toEqual([]);
  const hasAddresses = 'homepage' in pkg && pkg.author.includes('@');
  expect(targets.filter((target) => !hasAddresses && WANT_ADDRESSES.includes(target))).toEqual([]);
});

it('what is packed of the assets is there', () => {
  const files = [...config.matchAll(/^ {2}- "?(!?)(assets\/[^"\s]+)/gm)].map(([, , pattern]) => pattern as string);
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((pattern) => globSync(pattern, { cwd: root }).length === 0)).toEqual([]);
});
