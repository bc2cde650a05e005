import { expect, it } from 'vitest';
import { HeardWaiting } from '../../../src/main/network/heard-waiting.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

const desk = { id: 'aa'.repeat(8), name: 'Desk' };
const attic = { id: 'bb'.repeat(8), name: 'Attic' };

function listening() {
  const clock = new FakeClock();
  let changes = 0;
  const heard = new HeardWaiting(clock, () => {
    changes++;
  });
  return { clock, heard, changes: () => changes };
}

it('lists devices that wait, by name, each once with its addresses', () => {
  const { heard, changes } = listening();
  heard.heard(desk, '10.0.0.2:1');
  heard.heard(desk, '10.0.0.2:1');
  heard.heard(desk, '[fe80::2%eth0]:1');
  heard.heard(attic, '10.0.0.3:1');
  expect(heard.all()).toEqual([
    { ...attic, addresses: ['10.0.0.3:1'] },
    { ...desk, addresses: ['10.0.0.2:1', '[fe80::2%eth0]:1'] },
  ]);
  expect(changes()).toBe(3);
});

it('drops who says that it waits no more, and who was not heard for two minutes', async () => {
  const { clock, heard } = listening();
  heard.heard(desk, '10.0.0.2:1');
  heard.heard(attic, '10.0.0.3:1');
  heard.heard(null, '10.0.0.2:1');
  expect(heard.all().map(({ name }) => name)).toEqual(['Attic']);
  await clock.advance(131_000);
  expect(heard.all()).toEqual([]);
});

it('shows the name as it is safe, and none that is nothing', () => {
  const { heard } = listening();
  heard.heard({ ...desk, name: 'De\u202esk\n' }, '10.0.0.2:1');
  heard.heard({ ...attic, name: '\u200b' }, '10.0.0.3:1');
  expect(heard.all().map(({ name }) => name)).toEqual(['Desk']);
});

it('keeps no more than some devices, and addresses of each', () => {
  const { heard } = listening();
  for (let at = 0; at < 100; at++) {
    heard.heard({ id: at.toString(16).padStart(16, '0'), name: 'x' }, `10.0.0.${at}:1`);
    heard.heard({ id: '0'.repeat(16), name: 'x' }, `10.0.1.${at}:1`);
  }
  expect(heard.all().length).toBe(32);
  expect(Math.max(...heard.all().map(({ addresses }) => addresses.length))).toBe(8);
});
