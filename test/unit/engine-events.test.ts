import { beforeEach, describe, expect, it } from 'vitest';
import type { NoticeView, StatusView } from '../../src/contract/contract.ts';
import { EngineEvents } from '../../src/main/engine-events.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const STATUS: StatusView = { device: { id: 'd', name: 'Laptop' }, links: { bytesIn: 0, bytesOut: 0 }, collections: [] };
const NOTICE: NoticeView = { about: 'joined', title: 'Phone joined', text: '' };

let clock: FakeClock;
let events: EngineEvents;
let told: string[];
beforeEach(() => {
  clock = new FakeClock();
  events = new EngineEvents(clock);
  told = [];
});

describe('what an engine tells', () => {
  it('is the status soon after a change, once for many', async () => {
    events.showWith(() => STATUS);
    events.onEvent((name) => told.push(name));
    for (let times = 0; times < 10; times++) events.changed();
    expect(told).toEqual([]);
    await clock.advance(100);
    expect(told).toEqual(['status']);
    events.changed();
    await clock.advance(100);
    expect(told).toEqual(['status', 'status']);
  });

  it('asks for no status while nobody listens, or there is none to show', async () => {
    events.showWith(() => {
      throw new Error('nobody is there to show it to');
    });
    events.changed();
    await clock.advance(1000);
    const silent = new EngineEvents(clock);
    silent.onEvent((name) => told.push(name));
    silent.changed();
    await clock.advance(1000);
    expect(told).toEqual([]);
  });

  it('is said at once to who waits for a change, until that one has enough', () => {
    const stop = events.onChanged(() => {
      told.push('changed');
      stop();
    });
    events.changed();
    events.changed();
    expect(told).toEqual(['changed']);
  });

  it('is a notice once for each subject', () => {
    events.onEvent((name) => told.push(name));
    expect([events.notice('joined-phone', NOTICE), events.notice('joined-phone', NOTICE)]).toEqual([true, false]);
    expect(events.notice('joined-desk', NOTICE)).toBe(true);
    expect(told).toEqual(['notice', 'notice']);
  });

  it('is a warning once, also where two subjects say the same', () => {
    const copied = { ...NOTICE, text: 'Two computers wrote as one.' };
    expect([events.warn('log-1', copied), events.warn('log-2', copied)]).toEqual([true, true]);
    expect(events.warnings).toEqual([copied.text]);
  });
});
