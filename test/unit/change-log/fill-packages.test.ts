import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/main/change-log/change.ts';
import { FillPackages } from '../../../src/main/change-log/fill-packages.ts';
import { BODY_LIMIT } from '../../../src/main/change-log/package.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { fieldName, recordId } from '../../../src/main/record/ids.ts';
import { change, sets, entryA as small, write } from '../../fakes/tiny-records.ts';

const noDots = (): never => {
  throw new Error('nothing refers to a dot');
};
const fill = (changes: readonly Change[], filling = new FillPackages()) => [...filling.fill(changes, noDots)];
const smalls = (count: number): readonly Change[] =>
  Array.from({ length: count }, (_, at) => ({ ...sets(small), record: recordId(`${at}`) }));
const large = (kibibytes: number): Change => change(write(fieldName('note'), 'x'.repeat(kibibytes << 10)));
const counts = (packages: readonly { readonly changes: readonly Change[] }[]) =>
  packages.map(({ changes }) => changes.length);

describe('cutting changes into packages', () => {
  it('makes none of no changes', () => {
    expect(fill([])).toEqual([]);
  });

  it('puts 256 changes into one, and loses none nor their order', () => {
    const changes = smalls(600);
    const packages = fill(changes);
    expect(counts(packages)).toEqual([256, 256, 88]);
    expect(packages.flatMap((each) => each.changes)).toEqual(changes);
  });

  it('closes one at 64 KiB', () => {
    const changes = Array.from({ length: 20 }, () => large(10));
    const packages = fill(changes);
    for (const { body } of packages) expect(body.length).toBeLessThanOrEqual(64 << 10);
    expect(packages.flatMap((each) => each.changes)).toEqual(changes);
    expect(packages.length).toBeLessThan(6);
  });

  it('gives what alone is larger one of its own', () => {
    expect(counts(fill([large(1), large(100), large(1)]))).toEqual([1, 1, 1]);
  });

  it('cuts one that no package can have into parts with some of its fields each, which are all there', () => {
    const names = Array.from({ length: 50 }, (_, at) => fieldName(`note/${at}`));
    const long = change(...names.map((name) => write(name, 'x'.repeat(50 << 10))), write(EXISTS, true));
    const packages = fill([large(1), long, large(2)]);
    for (const { body } of packages) expect(body.length).toBeLessThan(BODY_LIMIT);
    const parts = packages.slice(1, -1).flatMap(({ changes }) => changes);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.flatMap(({ writes }) => writes.slice(0, -1))).toEqual(long.writes.slice(0, -1));
    for (const { record, writes } of parts) expect([record, writes.at(-1)]).toEqual([long.record, long.writes.at(-1)]);
    expect([packages[0]?.changes, packages.at(-1)?.changes]).toEqual([[large(1)], [large(2)]]);
  });

  it('remembers how many fitted, and fills further ones again once they are smaller', () => {
    const filling = new FillPackages();
    fill(
      Array.from({ length: 20 }, () => large(10)),
      filling,
    );
    const packages = counts(fill(smalls(1000), filling));
    expect(packages[0]).toBeLessThan(10);
    expect(packages.at(-2)).toBe(256);
  });
});
