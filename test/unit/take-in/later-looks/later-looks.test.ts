import { describe, expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { LaterLooks } from '../../../../src/main/take-in/later-looks/later-looks.ts';
import type { LookScope } from '../../../../src/main/take-in/later-looks/look-scope.ts';
import { SETTLE_LARGE_MS, SETTLE_MS } from '../../../../src/main/take-in/later-looks/settling.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const FEW = 10;
const [log, film, note] = [recordId('logs/app.log'), recordId('films/film'), recordId('docs/note')];
const songs = Array.from({ length: 20 }, (_, each) => recordId(`music/${each}`));

/** A source of files, or of texts, that was looked at everywhere, and what is to be looked at after how many milliseconds. */
function world(isOfTexts = false) {
  const clock = new FakeClock();
  const planned: (readonly [readonly string[], number])[] = [];
  const later = new LaterLooks(clock, isOfTexts, (groups, after) => planned.push([[...groups], after]));
  later.took(later.next(null, false), 1);
  return { clock, later, planned };
}
const where = ({ since, within }: LookScope) => ({ since, within });

describe('the next look', () => {
  it('is everywhere at first, and then where something happened, or at what changed since', () => {
    const later = new LaterLooks(new FakeClock(), false, () => undefined);
    expect(where(later.next(['docs'], false))).toEqual({ since: null, within: null });
    expect(later.took(later.next(['docs'], false), 7)).toBe(true);
    expect(where(later.next(['docs'], false))).toEqual({ since: null, within: ['docs'] });
    expect(where(later.next(null, false))).toEqual({ since: 7, within: null });
  });
  it('is everywhere again where what was known is forgotten, also while it waits for its turn', () => {
    const { later } = world();
    const scope = later.next(null, false);
    later.forget();
    expect(scope.since).toBeNull();
    expect(where(later.next(['docs'], false))).toEqual({ since: null, within: null });
  });
  it('is everywhere again after one during which what was known was forgotten', () => {
    const { later } = world();
    const scope = later.next(null, false);
    later.forget();
    expect(later.took(scope, 2)).toBe(false);
    expect(where(later.next(null, false))).toEqual({ since: null, within: null });
  });
  it('is no other after one at a few groups, or after a trial, which is at all there is', () => {
    const { later } = world();
    expect(where(later.trial())).toEqual({ since: null, within: null });
    expect(later.took(later.next(['docs'], false), 9)).toBe(false);
    expect(later.next(null, false).since).toBe(1);
  });
});

describe('what was changing as it was read', () => {
  it('is looked at again soon, a large file once it has settled', async () => {
    const { clock, later, planned } = world();
    const scope = later.next(['docs', 'films'], false);
    scope.readFresh(note, 100);
    scope.readFresh(film, 1 << 30);
    scope.wasChanging('more');
    later.took(scope, 2);
    expect(planned).toEqual([
      [['docs', 'more'], SETTLE_MS],
      [['films'], SETTLE_LARGE_MS],
    ]);
    const asked = later.next(null, true);
    expect([asked.leaves(film, true), asked.leaves(film, false), asked.leaves(note, true)]).toEqual([
      true,
      false,
      false,
    ]);
    await clock.advance(SETTLE_LARGE_MS);
    expect(later.next(['films'], false).leaves(film, true)).toBe(false);
  });
  it('is looked at again where something is to be written', () => {
    const { later, planned } = world();
    later.lookAgain('docs');
    expect(planned).toEqual([[['docs'], SETTLE_MS]]);
  });
});

describe('what changes on and on', () => {
  const change = (later: LaterLooks): void => {
    for (let at = 0; at < 200; at++) later.next(['logs'], false).changed(log);
  };

  it('is left for one later look, and told again by each look everywhere until it is read', () => {
    const { later, planned } = world();
    change(later);
    for (const groups of [['logs'], null, ['logs']]) {
      const scope = later.next(groups, false);
      expect([scope.leaves(log, false), scope.leaves(note, false)]).toEqual([true, false]);
      later.took(scope, 2);
    }
    expect(planned).toEqual([[['logs'], 10_000]]);
    expect(later.next(null, false).since).toBe(1);
  });
  it('is read where a person waits for it', () => {
    const { later } = world();
    change(later);
    expect(later.next(null, true).leaves(log, false)).toBe(false);
  });
  it('is read with its text where it is a part of one', () => {
    const { later } = world(true);
    change(later);
    expect(later.next(null, false).leaves(log, false)).toBe(false);
  });
});

describe('what is gone', () => {
  const goes = (later: LaterLooks, count: number, asked = false, unsettled = false, confirmed = false): LookScope => {
    const scope = later.next(['music'], asked);
    scope.mayDelete(songs.slice(0, count), FEW, unsettled, confirmed);
    return scope;
  };

  it('is taken for deleted at once where it is little, or a person asks', () => {
    const { later, planned } = world();
    for (const scope of [goes(later, 0), goes(later, FEW), goes(later, 20, true)]) later.took(scope, 2);
    expect([later.isGoing, planned]).toEqual([false, []]);
  });
  it('is looked at by each look, until no more goes', async () => {
    const { clock, later, planned } = world();
    const scope = goes(later, 20);
    later.took(scope, 2);
    expect([scope.deleted, later.isGoing, later.isGone(songs[3]!), planned]).toEqual([
      0,
      true,
      true,
      [[['music'], SETTLE_MS]],
    ]);
    expect(later.next(['docs'], false).within).toEqual(['docs', 'music']);
    await clock.advance(SETTLE_MS);
    const second = goes(later, 20);
    later.took(second, 3);
    expect([second.deleted, later.isGoing, later.isGone(songs[3]!)]).toEqual([20, false, false]);
  });
  it('is told again by the next look everywhere', () => {
    const { later } = world();
    const scope = later.next(null, false);
    scope.mayDelete(songs, FEW, false, false);
    expect(later.took(scope, 2)).toBe(true);
    expect(later.next(null, false).since).toBe(1);
  });
  it('waits in a text that was written just now, whoever asks, but not where a person said that it goes', () => {
    const { later, planned } = world(true);
    for (const scope of [goes(later, 1, true, true), goes(later, 0, true, true)]) later.took(scope, 2);
    later.took(goes(later, 1, true, true, true), 2);
    expect(planned).toEqual([
      [['music'], SETTLE_MS],
      [[''], SETTLE_MS],
    ]);
    expect(later.isGoing).toBe(false);
  });
  it('is judged at once where the source halts for it, by a look everywhere', () => {
    const { later, planned } = world();
    later.halted(goes(later, 20));
    expect([planned, later.next(['docs'], false).within]).toEqual([[[[''], SETTLE_MS]], null]);
    const scope = later.next(null, false);
    expect(scope.mayDelete(songs, FEW, false, false)).toBe(true);
    later.halted(scope);
    expect(planned).toHaveLength(1);
  });
});
