import { expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { RestlessItems } from '../../../../src/main/take-in/later-looks/restless-items.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const [log, note] = [recordId('app.log'), recordId('note.txt')];

/** A file that changes each half second; how often within so many seconds a change of it is taken in. */
async function taken(seconds: number, { clock, items } = room()): Promise<number> {
  let count = 0;
  for (let at = 0; at < 2 * seconds; at++) {
    if (items.rest(log) === 0) {
      items.changed(log);
      count++;
    }
    await clock.advance(500);
  }
  return count;
}
function room() {
  const clock = new FakeClock();
  return { clock, items: new RestlessItems(clock) };
}

it('what changes now and then is taken in each time', async () => {
  const { clock, items } = room();
  for (let at = 0; at < 1000; at++) {
    expect(items.rest(note)).toBe(0);
    items.changed(note);
    await clock.advance(10_000);
  }
});

it('what changes on and on is taken in as it comes at first, and then each ten seconds', async () => {
  expect(await taken(40)).toBe(80);
  const after = await taken(660);
  expect(after).toBeGreaterThan(150);
  expect(after).toBeLessThan(180);
});

it('says when it may be read, and then it may', async () => {
  const made = room();
  for (let at = 0; at < 200; at++) made.items.changed(log);
  const rest = made.items.rest(log);
  expect(rest).toBe(10_000);
  expect(made.items.rest(note)).toBe(0);
  await made.clock.advance(rest);
  expect(made.items.rest(log)).toBe(0);
});

it('remembers no more than some thousand, those first that changed more than once', () => {
  const { items } = room();
  for (let at = 0; at < 200; at++) items.changed(log);
  for (let at = 0; at < 10_000; at++) items.changed(recordId(`once ${at}`));
  expect(items.rest(log)).toBeGreaterThan(0);
  for (let at = 0; at < 5_000; at++) for (const _ of [1, 2]) items.changed(recordId(`twice ${at}`));
  expect(items.rest(log)).toBe(0);
});

it('waits for nothing where the clock was set back', async () => {
  const clock = new FakeClock();
  const device = clock.device();
  const items = new RestlessItems(device);
  for (let at = 0; at < 200; at++) items.changed(log);
  expect(items.rest(log)).toBeGreaterThan(0);
  device.jump(-86_400_000);
  expect(items.rest(log)).toBe(0);
});

it('plans one look for each group, until that is due', async () => {
  const { clock, items } = room();
  const groups = new Map([['logs', 8000]]);
  expect(items.plan(groups)).toEqual([['logs', 8000]]);
  await clock.advance(500);
  expect(items.plan(new Map([['logs', 7500]]))).toEqual([]);
  expect(items.plan(new Map([['more', 100]]))).toEqual([['more', 100]]);
  await clock.advance(8000);
  expect(items.plan(new Map([['logs', 9500]]))).toEqual([['logs', 9500]]);
});

it('plans a look anew where the clock was set back: nobody waits until it has come as far', async () => {
  const time = new FakeClock();
  const clock = time.device();
  const items = new RestlessItems(clock);
  items.plan(new Map([['logs', 8000]]));
  clock.jump(-86_400_000);
  expect(items.plan(new Map([['logs', 8000]]))).toEqual([['logs', 8000]]);
});
