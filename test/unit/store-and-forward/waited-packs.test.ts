import { describe, expect, it } from 'vitest';
import { WaitedPacks } from '../../../src/main/store-and-forward/waited-packs.ts';
import { WANTED_MS } from '../../../src/main/store-and-forward/wanted-contents.ts';

describe('packs of what members wait for', () => {
  it('stay as long as anybody waits, and for as long as whoever waited may come for them', () => {
    const packs = new WaitedPacks();
    expect(packs.stays('a', true, 0)).toBe(false);
    expect(packs.overIn(0)).toBeNull();
    packs.putUp('a', 0);
    expect(packs.stays('a', true, 2 * WANTED_MS)).toBe(true);
    expect(packs.stays('a', false, WANTED_MS - 1)).toBe(true);
    expect(packs.overIn(WANTED_MS - 1)).toBe(1);
    expect(packs.stays('a', false, WANTED_MS)).toBe(false);
    expect(packs.overIn(WANTED_MS)).toBeNull();
  });

  it('do not stay longer once all have applied what they are of, where somebody had not', () => {
    const packs = new WaitedPacks();
    packs.putUp('a', 0);
    packs.isYetToBeApplied('a');
    packs.isYetToBeApplied('other');
    expect(packs.stays('a', true, 1)).toBe(true);
    expect(packs.stays('a', false, 1)).toBe(false);
    expect(packs.stays('other', true, 1)).toBe(false);
    expect(packs.overIn(1)).toBeNull();
  });

  it('are forgotten once they are dropped, or nobody waits and their time is over', () => {
    const packs = new WaitedPacks();
    packs.putUp('a', 0);
    packs.putUp('b', 1);
    packs.nobodyWaits(WANTED_MS);
    expect(packs.stays('a', true, WANTED_MS)).toBe(false);
    expect(packs.stays('b', true, WANTED_MS)).toBe(true);
    packs.dropped('b');
    expect(packs.stays('b', true, WANTED_MS)).toBe(false);
  });

  it('do not stay for long where the clock was set back', () => {
    const packs = new WaitedPacks();
    packs.putUp('a', 10 * WANTED_MS);
    expect(packs.stays('a', false, 0)).toBe(false);
    expect(packs.overIn(0)).toBeNull();
  });
});
