import type { MemberKey } from '../../record/ids.ts';
import type { HeadsBeacon } from './heads-beacon.ts';

/** A member tells what it holds on connect and this often (milliseconds). */
export const BEACON_EVERY_MS = 10 * 60_000;
/** A beacon of so much later than now (milliseconds) says nothing: its author's clock is wrong, or ours. */
const MOST_AHEAD_MS = 10 * 60_000;
/** Beacons of one member that follow each other faster (milliseconds) are passed over. */
const LEAST_APART_MS = 60_000;

/** The newest heads beacon of each other member, since this run began. */
export class BeaconsHeard {
  readonly #newest = new Map<MemberKey, HeadsBeacon>();

  /** Does a beacon that says so tell anything new? What is told again, or is older than what is known, does not. */
  isNew({ member, time }: HeadsBeacon, now: number): boolean {
    if (time > now + MOST_AHEAD_MS) return false;
    const known = this.#newest.get(member);
    return known === undefined || time >= known.time + LEAST_APART_MS;
  }
  /** Remembers one whose signature holds. */
  keep(beacon: HeadsBeacon): void {
    this.#newest.set(beacon.member, beacon);
  }
  all(): readonly HeadsBeacon[] {
    return [...this.#newest.values()];
  }
}
