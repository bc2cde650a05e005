import { millisecondsOf } from '../change-log/hybrid-time.ts';
import { type Dot, packageRowOf } from '../record/ids.ts';
import type { HistoryPort } from './history-port.ts';

/** Who signed a change and when, as the change log says even where the package itself is no longer held. */
export interface Author {
  /** Device id; the log where its writer is not known. */
  readonly device: string;
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Who made a change. */
export function authorOf(port: Pick<HistoryPort, 'collection' | 'members'>, dot: Dot): Author {
  const place = port.collection.log.place(packageRowOf(dot));
  const { member } = port.collection.log.log(place.log, '');
  const device = member === '' ? place.log : port.members.deviceOf(member);
  return { device, name: port.members.nameOf(device), at: timeText(place.time) };
}

/** A hybrid time as ISO 8601; the furthest moment there is where a clock said something absurd. */
export function timeText(time: number): string {
  return new Date(Math.min(millisecondsOf(time), LAST_MOMENT)).toISOString();
}

const LAST_MOMENT = 8.64e15;
