import { describe, expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { Vanishing } from '../../../../src/main/take-in/later-looks/vanishing.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const FEW = 10;
function world() {
  const clock = new FakeClock();
  return { clock, vanishing: new Vanishing(clock) };
}

describe('what is gone', () => {
  it('is deleted at once where it is little', () => {
    const { vanishing } = world();
    expect([vanishing.mayTake(0, FEW), vanishing.mayTake(10, FEW)]).toEqual([true, true]);
  });
  it('waits where it is much, until no more goes for two seconds', async () => {
    const { clock, vanishing } = world();
    expect(vanishing.mayTake(11, FEW)).toBe(false);
    await clock.advance(1999);
    expect(vanishing.mayTake(12, FEW)).toBe(false);
    await clock.advance(1999);
    expect(vanishing.mayTake(12, FEW)).toBe(false);
    await clock.advance(1);
    expect(vanishing.mayTake(12, FEW)).toBe(true);
  });
  it('counts together with what went just before', async () => {
    const { clock, vanishing } = world();
    expect(vanishing.mayTake(6, FEW)).toBe(true);
    vanishing.took(6);
    expect(vanishing.mayTake(5, FEW)).toBe(false);
    await clock.advance(10_000);
    expect(vanishing.mayTake(5, FEW)).toBe(true);
  });
  it('waits anew once what went before was taken', async () => {
    const { clock, vanishing } = world();
    expect(vanishing.mayTake(12, FEW)).toBe(false);
    await clock.advance(2000);
    expect(vanishing.mayTake(12, FEW)).toBe(true);
    vanishing.took(12);
    await clock.advance(60_000);
    expect(vanishing.mayTake(11, FEW)).toBe(false);
  });
  it('is looked for again where it was, until it was taken', () => {
    const { vanishing } = world();
    const [song, text] = [recordId('music/song'), recordId('docs/text')];
    vanishing.wait(['docs', 'music'], new Set([song]));
    vanishing.wait(['docs'], new Set([text]));
    expect([...vanishing.groups]).toEqual(['docs', 'music']);
    expect([song, text].map((id) => vanishing.has(id))).toEqual([false, true]);
    vanishing.took(40);
    expect([...vanishing.groups]).toEqual([]);
    expect(vanishing.has(text)).toBe(false);
  });
  it('waits two seconds more, and no longer, where the clock was set back', async () => {
    const time = new FakeClock();
    const clock = time.device();
    const vanishing = new Vanishing(clock);
    vanishing.took(6);
    expect(vanishing.mayTake(11, FEW)).toBe(false);
    clock.jump(-3_600_000);
    expect([vanishing.mayTake(11, FEW), vanishing.mayTake(6, FEW)]).toEqual([false, true]);
    await time.advance(2000);
    expect(vanishing.mayTake(11, FEW)).toBe(true);
  });
  it('waits for no rest where the source halts for it, until something of it is taken', async () => {
    const { vanishing } = world();
    expect(vanishing.mayTake(11, FEW)).toBe(false);
    vanishing.wait(['docs'], new Set([recordId('docs/text')]));
    vanishing.halted();
    expect([vanishing.mayTake(200, FEW), vanishing.groups.size]).toEqual([true, 0]);
    vanishing.took(0);
    expect(vanishing.mayTake(11, FEW)).toBe(false);
  });
  it('waits two seconds and no longer, whatever went before', async () => {
    const { clock, vanishing } = world();
    vanishing.took(40);
    expect(vanishing.mayTake(11, FEW)).toBe(false);
    await clock.advance(2000);
    expect(vanishing.mayTake(11, FEW)).toBe(true);
  });
});
