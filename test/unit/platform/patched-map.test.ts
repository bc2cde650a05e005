import { describe, expect, it } from 'vitest';
import { PatchedMap } from '../../../src/main/platform/patched-map.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';

const plain = (size: number): ReadonlyMap<string, number> =>
  new Map(Array.from({ length: size }, (_, at) => [`k${at}`, at]));

describe('a patched map', () => {
  it.each([1, 2, 3, 4])('is read as one that was made anew, whatever changed (%i)', (seed) => {
    const random = new SeededRandom(`patched ${seed}`);
    const meant = new Map(plain(200));
    let patched: ReadonlyMap<string, number> = new Map(meant);
    for (let step = 0; step < 60; step++) {
      const changes = new Map<string, number | undefined>();
      for (let at = random.int(5); at > 0; at--) {
        const value = random.chance(0.4) ? undefined : random.int(1000);
        changes.set(`k${random.int(220)}`, value);
      }
      const before = patched;
      const was = new Map(patched);
      patched = PatchedMap.from(patched, changes);
      for (const [key, value] of changes)
        if (value === undefined) meant.delete(key);
        else meant.set(key, value);
      expect(new Map(patched)).toEqual(meant);
      expect(new Map(before)).toEqual(was);
      expect(patched.size).toBe(meant.size);
      expect([...patched.keys()].map((key) => [key, patched.get(key)])).toEqual([...patched.entries()]);
      expect(new Set(patched.values())).toEqual(new Set(meant.values()));
      for (let at = 0; at < 220; at++) expect(patched.has(`k${at}`)).toBe(meant.has(`k${at}`));
      const differ = [...new Set([...was.keys(), ...meant.keys()])].filter((key) => was.get(key) !== meant.get(key));
      expect(PatchedMap.changed(before, patched)).toEqual(new Set(differ));
    }
  });

  it('shares what is the same, until much is not', () => {
    const base = plain(1000);
    let patched = PatchedMap.from(base, new Map([['k1', -1]]));
    expect(patched).not.toBeInstanceOf(Map);
    for (let at = 0; at < 100; at++) patched = PatchedMap.from(patched, new Map([[`k${at}`, -1]]));
    const more = new Map(Array.from({ length: 100 }, (_, at) => [`k${at}`, 0] as const));
    expect(PatchedMap.from(base, more)).toBeInstanceOf(Map);
    expect(new Map(patched)).toEqual(new Map([...base].map(([key, value]) => [key, value < 100 ? -1 : value])));
  });

  it('tells what differs of two that share nothing as well', () => {
    const [a, b] = [
      new Map([
        ['x', 1],
        ['y', 2],
      ]),
      new Map([
        ['y', 3],
        ['z', 4],
      ]),
    ];
    expect(PatchedMap.changed(a, b)).toEqual(new Set(['x', 'y', 'z']));
  });
});
