import { expect, it } from 'vitest';
import type { MessageOf } from '../../../../src/main/peers/protocol/messages.ts';
import { RateLimit } from '../../../../src/main/peers/session/rate-limit.ts';
import { SendBulk } from '../../../../src/main/peers/session/send-bulk.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';

const content = (bytes: number) =>
  ({ is: 'CONTENT', data: [new Uint8Array(bytes)] }) as unknown as MessageOf<'CONTENT'>;
const packages = (bytes: number) =>
  ({ is: 'PACKAGE', packages: [new Uint8Array(bytes)] }) as unknown as MessageOf<'PACKAGE'>;

/** What goes is told by its first letter and its bytes. */
function room({ credit = 0, rate = 0 } = {}) {
  const clock = new FakeClock();
  const waits = { content: [] as number[], packages: [] as number[] };
  const log: string[] = [];
  const state = { isFull: false, mayExchange: true, onSend: (): void => undefined };
  const bulk: SendBulk = new SendBulk(credit, clock, {
    up: new RateLimit(() => rate),
    mayExchange: () => state.mayExchange,
    nextContent: (most) => {
      const bytes = waits.content.shift();
      return bytes === undefined ? null : { message: content(Math.min(bytes, most)), sent: () => log.push('left') };
    },
    nextPackages: (forward) => {
      const bytes = waits.packages.shift();
      if (forward) log.push('forward');
      return bytes === undefined ? null : packages(bytes);
    },
    send: (message, sent) => {
      const [part] = message.is === 'CONTENT' ? message.data : message.packages;
      log.push(`${message.is[0]}${part?.length}`);
      sent?.();
      state.onSend();
      return !state.isFull;
    },
    allSent: () => log.push('all'),
  });
  return { bulk, clock, waits, state, log: () => log.splice(0) };
}

it('content goes before packages, and nothing without the credit of the peer', () => {
  const { bulk, waits, log } = room();
  waits.content.push(5, 6);
  waits.packages.push(7, 8);
  bulk.go();
  expect(log()).toEqual([]);
  // What goes last may be more than is left of it.
  bulk.grant(12);
  expect(log()).toEqual(['C5', 'left', 'C6', 'left', 'P7']);
  bulk.grant(6);
  expect(log()).toEqual([]);
  bulk.grant(1);
  expect(log()).toEqual(['P8']);
  bulk.grant(100);
  expect(log()).toEqual(['all']);
});

it('what others wrote goes where that is asked for', () => {
  const { bulk, waits, log } = room({ credit: 100 });
  waits.packages.push(1);
  bulk.go(true);
  expect(log()).toEqual(['forward', 'P1', 'forward', 'all']);
});

it('a full socket is waited for, and a link that ended gets nothing', () => {
  const { bulk, waits, state, log } = room({ credit: 100 });
  waits.packages.push(1, 2, 3);
  state.isFull = true;
  bulk.go();
  expect(log()).toEqual(['P1']);
  bulk.go();
  expect(log()).toEqual(['P2']);
  bulk.end();
  bulk.go();
  expect(log()).toEqual([]);
});

it('what is asked to go while something is being sent goes after that', () => {
  const { bulk, waits, state, log } = room({ credit: 100 });
  waits.packages.push(1, 2);
  state.onSend = () => bulk.go();
  bulk.go();
  expect(log()).toEqual(['P1', 'P2', 'all']);
});

it('as much goes as the limit of this device lets pass, in frames of five seconds of it; the rest by itself, once', async () => {
  const { bulk, clock, waits, log } = room({ credit: 1000, rate: 10 });
  waits.content.push(80, 1);
  bulk.go();
  bulk.go();
  expect(log()).toEqual(['C50', 'left']);
  await clock.advance(4000);
  expect(log()).toEqual([]);
  await clock.advance(101);
  expect(log()).toEqual(['C1', 'left']);
  await clock.advance(1000);
  expect([log(), clock.untilNext()]).toEqual([['all'], null]);
});

it('at a time of none it is tried again after half a minute at the latest', async () => {
  const { bulk, clock, waits, state, log } = room({ credit: 1000 });
  waits.packages.push(1);
  state.mayExchange = false;
  bulk.go();
  await clock.advance(30_000);
  expect(log()).toEqual([]);
  state.mayExchange = true;
  await clock.advance(29_999);
  expect(log()).toEqual([]);
  await clock.advance(1);
  expect(log()).toEqual(['P1', 'all']);
});
