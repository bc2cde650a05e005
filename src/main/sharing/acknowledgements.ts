import type { Collection } from '../collection.ts';
import type { GroupMembership } from '../peers/membership/group-membership.ts';
import type { LogPosition } from '../peers/session/shared-collection.ts';
import type { DeviceId, LogId } from '../record/ids.ts';
import { LOGS_OF_A_MEMBER } from '../store/log-limits.ts';
import type { Acknowledged, RegistryStore } from '../store/registry-store.ts';
import { type Stretch, type Whole, wholeAgain, wholeAt, wholeOfText, wholeText } from './stretches.ts';

/** A member that has not applied more for so long is stuck, or waits for its person. */
const APPLYING_MS = 30_000;

interface AcknowledgementsPort {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once, in a few seconds. */
  later(call: () => void): void;
}

/** What the members of one collection are known to hold and to have applied, over restarts. */
export class Acknowledgements {
  readonly #collection: Collection;
  readonly #registry: RegistryStore;
  readonly #membership: GroupMembership;
  readonly #port: AcknowledgementsPort;
  readonly #known = new Map<DeviceId, Map<LogId, Acknowledged>>();
  readonly #whole = new Map<DeviceId, Whole>();
  readonly #unsaved = new Set<DeviceId>();
  #savesSoon = false;
  /** When a member last told that it held or had applied more, but not all of it. */
  #applyingSince = Number.NEGATIVE_INFINITY;

  constructor(
    collection: Collection,
    registry: RegistryStore,
    membership: GroupMembership,
    port: AcknowledgementsPort,
  ) {
    this.#collection = collection;
    this.#registry = registry;
    this.#membership = membership;
    this.#port = port;
  }

  /** What a device is known to hold and to have applied. */
  of(device: DeviceId): ReadonlyMap<LogId, Acknowledged> {
    return this.#of(device);
  }
  #of(device: DeviceId): Map<LogId, Acknowledged> {
    let known = this.#known.get(device);
    if (known === undefined) {
      known = new Map(this.#registry.acknowledged(this.#collection.stored.row, device));
      this.#known.set(device, known);
      const stored = this.#registry.whole(this.#collection.stored.id, device);
      if (stored !== null) this.#whole.set(device, wholeOfText(stored));
      // An earlier version did not write it down.
      else if (known.size > 0) this.#whole.set(device, wholeAt(appliedIn(known)));
    }
    return known;
  }

  /** The device holds all that stands now: of what it did not hold before, only what was replaced meanwhile it may never have held. */
  isWhole(device: DeviceId): void {
    const applied = appliedIn(this.#of(device));
    const before = this.#whole.get(device);
    if (before === undefined || ![...applied].some(([log, number]) => number > (before.at.get(log) ?? 0))) return;
    this.#whole.set(device, wholeAgain(before, applied));
    this.#saveSoon(device);
  }
  /** In which a device applied what came, where that was more than one package at a time; what it is not through with is one of them. */
  stretches(device: DeviceId): readonly Stretch[] {
    const applied = appliedIn(this.#of(device));
    const whole = this.#whole.get(device);
    return whole === undefined ? [] : wholeAgain(whole, applied).stretches;
  }

  /** A device said so of one log. */
  note(device: DeviceId, log: LogId, said: Acknowledged): void {
    const known = this.#of(device);
    // More logs than all members may have begun nobody can hold: only who says so would be known worse.
    if (!known.has(log) && known.size >= LOGS_OF_A_MEMBER * this.#membership.everyone()) return;
    known.set(log, said);
    this.#saveSoon(device);
  }
  #saveSoon(device: DeviceId): void {
    this.#unsaved.add(device);
    if (this.#savesSoon) return;
    this.#savesSoon = true;
    this.#port.later(() => {
      this.#savesSoon = false;
      this.save();
    });
  }

  /** A device acknowledged; true where it has applied more than was known. */
  take(device: DeviceId, held: readonly LogPosition[], applied: readonly LogPosition[]): boolean {
    const done = new Map(applied.map((each) => [each.log, each.number]));
    let more = false;
    for (const { log, number } of held) {
      const now = done.get(log) ?? 0;
      const before = this.#of(device).get(log);
      more ||= now > (before?.applied ?? 0);
      if (now < number && (more || number > (before?.held ?? 0))) this.#applyingSince = this.#port.now();
      this.note(device, log, { held: number, applied: now });
    }
    // What it had before it was met, nobody can tell: all of it, unless it is only about to get it.
    if (held.length > 0 && !this.#whole.has(device))
      this.#whole.set(device, wholeAt(this.isPartial(device) ? NOTHING : appliedIn(this.#of(device))));
    return more;
  }

  /** Do the sources of a device leave something out, as it told last? */
  isPartial(device: DeviceId): boolean {
    return this.#registry.isPartial(this.#collection.stored.id, device);
  }
  notePartial(device: DeviceId, partial: boolean): void {
    if (partial !== this.isPartial(device)) this.#registry.setPartial(this.#collection.stored.id, device, partial);
  }

  /** Of a log nobody is known any more to have applied more than `upTo`: they are asked anew. */
  lower(log: LogId, upTo: number): void {
    for (const { device } of this.#membership.others()) {
      const known = this.#of(device).get(log);
      if (known !== undefined && known.applied > upTo) this.note(device, log, { held: known.held, applied: upTo });
    }
  }

  /** Writes down what members said: often enough, for they say it again whenever they link. */
  save(): void {
    if (this.#unsaved.size === 0) return;
    this.#collection.transactSoon(() => {
      for (const device of this.#unsaved) {
        for (const [log, said] of this.#of(device))
          this.#registry.acknowledge(this.#collection.stored.row, device, log, said);
        const whole = this.#whole.get(device);
        if (whole !== undefined) this.#registry.setWhole(this.#collection.stored.id, device, wholeText(whole));
      }
    });
    this.#unsaved.clear();
  }

  /** Does a member seem to be at work with what it holds: did it hold or apply more a moment ago, and not all yet? */
  isBeingApplied(): boolean {
    const since = this.#port.now() - this.#applyingSince;
    if (since < 0 || since > APPLYING_MS) return false;
    return this.#membership
      .others()
      .some(({ device }) => [...this.#of(device).values()].some(({ held, applied }) => applied < held));
  }
}

const NOTHING: ReadonlyMap<LogId, number> = new Map();
const appliedIn = (known: ReadonlyMap<LogId, Acknowledged>): ReadonlyMap<LogId, number> =>
  new Map([...known].map(([log, { applied }]) => [log, applied]));
