import type { Clock } from '../../platform/clock.ts';
import { pause } from '../../platform/pause.ts';
import type { ByteLink } from '../links/peer-link.ts';

/** How a link may come to be; `signal` gives it up. */
export type Way<L> = (signal: AbortSignal) => Promise<L>;

/** The first link that comes up; the other ways are given up. Fails where all fail, or with none to go. */
export async function firstOf<L extends ByteLink>(ways: readonly Way<L>[], signal: AbortSignal): Promise<L> {
  const cancel = new AbortController();
  const either = AbortSignal.any([signal, cancel.signal]);
  let isOver = false;
  const go = async (way: Way<L>): Promise<L> => {
    const link = await way(either);
    if (isOver) link.close('another-won');
    isOver = true;
    cancel.abort();
    return link;
  };
  return Promise.any(ways.map(go));
}

/** A way that is not gone before some time has passed. */
export function lateBy<L>(milliseconds: number, clock: Clock, way: Way<L>): Way<L> {
  return async (signal) => {
    await pause(clock, milliseconds, signal);
    return way(signal);
  };
}
