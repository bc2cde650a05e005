import { describe, expect, it } from 'vitest';
import { editedApart } from '../../fakes/edited-apart.ts';
import { KINDS } from '../../fakes/things-of-items.ts';

describe.each(KINDS)('of %s', (_, format, text, things) => {
  const met = (was: string, here: string, there: string) => {
    const { conflicts, shown } = editedApart(format, text(was), text(here), text(there));
    return { conflicts: [...conflicts.values()].map((values) => values.length), entries: shown.size };
  };
  const alone = (line: string) => met(line, line, line).entries;
  describe.each(
    things.map(
      (thing) =>
        [
          thing.lines[0]
            .split(/[\r:;]/)
            .slice(0, 1)
            .join(),
          thing,
        ] as const,
    ),
  )('%s', (_, thing) => {
    const [was, here, there] = thing.lines;
    it('changed apart is one conflict', () => {
      expect(met(was, here, there)).toEqual({ conflicts: [2], entries: expect.any(Number) });
      expect(met(was, there, here)).toEqual({ conflicts: [2], entries: expect.any(Number) });
    });
    it('changed here and removed there is one conflict', () => {
      expect(met(was, here, '').conflicts).toEqual([2]);
      expect(met(was, '', there).conflicts).toEqual([2]);
    });
    it('added on both sides is one conflict where there can be but one of it, else both', () => {
      const { conflicts, entries } = met('', here, there);
      expect(conflicts).toEqual(thing.many ? [] : [2]);
      if (thing.many) expect(entries).toBe(alone('') + 2 * (alone(here) - alone('')));
    });
    it('changed alike, added alike or removed on both sides is none', () => {
      expect(met(was, here, here)).toEqual({ conflicts: [], entries: alone(here) });
      expect(met('', here, here)).toEqual({ conflicts: [], entries: alone(here) });
      expect(met(was, '', '')).toEqual({ conflicts: [], entries: alone('') });
    });
  });
});
