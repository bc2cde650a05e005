import { describe, expect, it } from 'vitest';
import { countPlaywright, countVitest } from '../../../scripts/count-tests.mjs';
import { deadCode } from '../../../scripts/lint-dead-code.mjs';
import { importTrouble } from '../../../scripts/lint-imports.mjs';
import { readModule } from '../../../scripts/read-modules.mjs';

describe('the table of who may know whom', () => {
  it.each([
    ['main/record/value.ts', './ids.ts'],
    ['main/merge/merge.ts', '../record/ids.ts'],
    ['main/sources/files/walk.ts', 'node:fs'],
    ['main/control/control-socket.ts', '../../contract/codec.ts'],
    ['main/electron.ts', 'electron'],
    ['main/compose.ts', './store/open-database.ts'],
    ['renderer/app.tsx', '../contract/contract.ts'],
    ['renderer/app.tsx', 'react-dom/client'],
  ])('%s may know %s', (file, specifier) => expect(importTrouble([{ file, imports: [specifier] }])).toEqual([]));

  it.each([
    ['contract/contract.ts', '../main/record/ids.ts'],
    ['main/record/value.ts', 'node:fs'],
    ['main/record/value.ts', '../merge/merge.ts'],
    ['main/merge/merge.ts', '../platform/clock.ts'],
    ['main/sources/files/walk.ts', '../../store/open-database.ts'],
    ['main/sources/files/walk.ts', '../../peers/identity.ts'],
    ['main/store/record-store.ts', '../sources/files/walk.ts'],
    ['main/peers/links/lan-tls-link.ts', '../peer-session.ts'],
    ['main/peers/session/peer-session.ts', 'better-sqlite3'],
    ['main/control/control-socket.ts', '../engine.ts'],
    ['main/synchronizer.ts', 'electron'],
    ['preload/index.ts', '../main/instance.ts'],
    ['renderer/app.tsx', '../main/engine.ts'],
    ['renderer/app.tsx', 'node:fs'],
    ['main/newcomer/file.ts', 'node:fs'],
  ])('%s must not know %s', (file, specifier) =>
    expect(importTrouble([{ file, imports: [specifier] }])).toHaveLength(1),
  );

  it('lets pure folders use no clock, chance, timer or log', () => {
    const source = `export const a = (d: Date) => [Date.now(), new Date(), new Date(0), Math.max(1), Math.random(), d.now];
      console.log(performance.now()); setTimeout(() => process.exit(), 1); interface Process { process: string; Date: 1 }`;
    const { world } = readModule('x.ts', source) as { world: string[] };
    expect(new Set(world)).toEqual(
      new Set(['Date', 'Date.now', 'Math.random', 'console', 'performance', 'process', 'setTimeout']),
    );
    expect(importTrouble([{ file: 'main/merge/x.ts', imports: [], world: ['Date.now'] }])).toEqual([
      'src/main/merge/x.ts: main/merge is pure and must not use Date.now',
    ]);
    expect(importTrouble([{ file: 'main/sources/files/x.ts', imports: [], world }])).toEqual([]);
  });

  it('lets TLS go unchecked only where keys are compared', () => {
    const source = "connect({ host, 'rejectUnauthorized': pin === null })";
    const { isUnchecked } = readModule('x.ts', source) as { isUnchecked: boolean };
    expect([isUnchecked, readModule('x.ts', '// rejectUnauthorized: false').isUnchecked]).toEqual([true, false]);
    const within = (file: string) => importTrouble([{ file, imports: [], isUnchecked }]);
    expect(within('main/sources/dav/x.ts')).toHaveLength(1);
    expect(within('main/peers/relay/relay-tls.ts')).toEqual([]);
  });

  it('finds imports that go in a circle, once', () => {
    const file = (name: string, ...imports: string[]) => ({
      file: `main/record/${name}.ts`,
      imports: imports.map((other) => `./${other}.ts`),
    });
    expect(importTrouble([file('a', 'b'), file('b', 'c', 'd'), file('c', 'a'), file('d')])).toEqual([
      'imports in a circle: main/record/a.ts → main/record/b.ts → main/record/c.ts → main/record/a.ts',
    ]);
    expect(importTrouble([file('a', 'b', 'c'), file('b', 'c'), file('c')])).toEqual([]);
  });
});

describe('what a module imports and exports', () => {
  it('is read from TypeScript, types and dynamic imports included', () => {
    const source = `import type { A } from './a.ts'; import b, { c as d } from 'b'; import * as e from './e.ts'; import './f.css';
      export { g } from './g.ts'; export const h = await import('./i.ts'); export const l = () => l(); export interface J { k: A };`;
    const { imports, exports, own } = readModule('x.ts', source) as {
      imports: { specifier: string; names: string[] | null }[];
      exports: string[];
      own: string[];
    };
    expect(imports).toEqual([
      { specifier: './a.ts', names: ['A'] },
      { specifier: 'b', names: ['default', 'c'] },
      { specifier: './e.ts', names: null },
      { specifier: './f.css', names: [] },
      { specifier: './i.ts', names: null },
      { specifier: './g.ts', names: ['g'] },
    ]);
    expect(exports).toEqual(['h', 'l']);
    expect(own).toEqual(['l']);
  });
});

describe('dead code', () => {
  const entry = { file: 'src/main/cli.ts', imports: [{ specifier: './used.ts', names: ['one'] }], exports: [] };
  const used = { file: 'src/main/used.ts', imports: [], exports: ['one'] };
  it('is none where everything is used', () =>
    expect(deadCode([entry, used], ['typescript', '@types/node'])).toEqual([]));
  it('is an export nobody imports, or only a test; of one its own module uses a test is somebody', () => {
    const two = { ...used, exports: ['one', 'two'] };
    expect(deadCode([entry, two], [])).toEqual(['src/main/used.ts: nobody imports two']);
    const test = {
      file: 'test/unit/used.test.ts',
      imports: [{ specifier: '../../src/main/used.ts', names: ['two'] }],
      exports: [],
    };
    expect(deadCode([entry, two, test], [])).toEqual(['src/main/used.ts: only tests use two']);
    expect(deadCode([entry, { ...two, own: ['two'] }, test], [])).toEqual([]);
  });
  it('is a file only a test leads to', () => {
    const alone = { file: 'src/main/alone.ts', imports: [], exports: ['x'] };
    const test = {
      file: 'test/unit/alone.test.ts',
      imports: [{ specifier: '../../src/main/alone.ts', names: null }],
      exports: [],
    };
    expect(deadCode([entry, used, alone, test], [])).toEqual(['src/main/alone.ts: no entry leads here']);
  });
  it('is a dependency nobody imports', () => {
    expect(
      deadCode([{ ...entry, imports: [...entry.imports, { specifier: '@a/b/c', names: null }] }, used], ['@a/b', 'd']),
    ).toEqual(['package.json: nobody imports d']);
  });
});

describe('counting tests', () => {
  it('takes what did not pass for failed, but for what says why it was skipped', () => {
    const assertionResults = [
      { status: 'skipped', fullName: 'cards (skipped: no corpus) are read' },
      { status: 'skipped', fullName: 'cards are written' },
      { status: 'failed', fullName: 'cards (skipped: no corpus) are found' },
      { status: 'passed', fullName: 'cards (skipped: no corpus) are shown' },
    ];
    expect(countVitest({ numTotalTests: 10, numPassedTests: 7, testResults: [{ assertionResults }] })).toEqual({
      passed: 7,
      failed: 2,
      excused: ['cards (skipped: no corpus) are read'],
    });
    expect(countPlaywright({ stats: { expected: 5, unexpected: 1, flaky: 2, skipped: 3 } })).toEqual({
      passed: 5,
      failed: 6,
      excused: [],
    });
  });
});
