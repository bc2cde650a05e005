import type { Collection } from '../collection.ts';
import type { GroupMembership } from '../peers/membership/group-membership.ts';
import { BeaconsHeard } from '../peers/session/beacons-heard.ts';
import { type HeadsBeacon, makeHeadsBeacon, statementOf } from '../peers/session/heads-beacon.ts';
import type { LogHead } from '../peers/session/shared-collection.ts';
import { type DeviceId, type MemberKey, type RecordId, recordId } from '../record/ids.ts';
import { changeLogSource } from '../store/problem-store.ts';
import type { RegistryStore } from '../store/registry-store.ts';
import { type HeadSeen, HeadsSaid, type HeldOf } from './heads-said.ts';

/** What a member had seen and what has not come for this long (milliseconds) is told to a person. */
const PATIENCE_MS = 10 * 60_000;

interface WatchPort {
  readonly registry: Pick<RegistryStore, 'setting' | 'setSetting'>;
  /** Milliseconds since 1970. */
  now(): number;
  later(call: () => void, after: number): void;
  changed(): void;
  /** Does no linked member have more to give than is here? */
  caughtUp(): boolean;
}

/** Compares what members of one collection had seen, by their packages and heads beacons, with what comes: what is kept back is told. */
export class HeadsWatch {
  readonly #collection: Collection;
  readonly #membership: GroupMembership;
  readonly #port: WatchPort;
  readonly #said = new HeadsSaid();
  readonly #heard = new BeaconsHeard();
  #asks = false;

  constructor(collection: Collection, membership: GroupMembership, port: WatchPort) {
    this.#collection = collection;
    this.#membership = membership;
    this.#port = port;
  }

  /** What `by` signed came: it had seen these. */
  note(by: MemberKey, seen: readonly HeadSeen[]): void {
    this.#said.note(by, seen, this.#heldOf, this.#port.now());
  }

  /** What a member had seen and nobody gives is a problem by its author's name: somebody keeps it back, or nobody who has it is there. */
  tellMissing(): void {
    const { problems, stored } = this.#collection;
    const source = changeLogSource(stored.row);
    const now = this.#port.now();
    const told = new Set<RecordId>();
    const missing = this.#said.missingSince(now - PATIENCE_MS, this.#heldOf);
    // While a linked member has more to give, it may be on its way.
    for (const { log, number, of, by, since } of this.#port.caughtUp() ? missing : []) {
      const known = this.#collection.log.known(log);
      const member = known?.member || of;
      const held = known?.held ?? 0;
      const name = recordId(member === null ? log : this.#membership.nameOf(member));
      const count = number - held === 1 ? 'A package' : `${number - held} packages`;
      const detail = `${count} of it that ${this.#membership.nameOf(by)} had seen did not come. Each comes once a device that has it is there, unless it keeps it back.`;
      told.add(name);
      if ((problems.find(source, name)?.code ?? 'not-come') === 'not-come')
        problems.put(source, name, 'not-come', detail, since);
    }
    for (const { record, code } of problems.count(source) === 0 ? [] : problems.of(source))
      if (code === 'not-come' && !told.has(record)) problems.drop(source, record);
    if (this.#said.isEmpty || this.#asks) return;
    this.#asks = true;
    this.#port.later(() => {
      this.#asks = false;
      this.tellMissing();
      this.#port.changed();
    }, PATIENCE_MS);
  }

  /** This device's own beacon of now, and the newest of every other member. */
  beacons(heads: readonly LogHead[]): readonly HeadsBeacon[] {
    const membership = this.#membership;
    if (!membership.isMember()) return [];
    const signer = { key: membership.ownKey, sign: (bytes: Uint8Array) => membership.sign(bytes) };
    const own = makeHeadsBeacon(membership.group, signer, heads, this.#port.now());
    const others = this.#heard.all().filter(({ member }) => this.#memberOf(member) !== null);
    return [own, ...others];
  }

  /** Takes a beacon of anyone; false: the member it names did not sign it. What is no news is passed over. */
  beaconHeard(beacon: HeadsBeacon): boolean {
    const { member: by, heads, time } = beacon;
    const now = this.#port.now();
    const device = this.#memberOf(by);
    if (device === null || by === this.#membership.ownKey || !this.#heard.isNew(beacon, now)) return true;
    if (!this.#membership.verify(by, statementOf(beacon.content), beacon.signature)) return false;
    this.#heard.keep(beacon);
    this.#heardAt(device, Math.min(time, now));
    this.note(by, heads);
    this.tellMissing();
    this.#port.changed();
    return true;
  }

  /** The device that has this key, where it is a member now. */
  #memberOf(key: MemberKey): DeviceId | null {
    const author = this.#membership.authorOf(key);
    return author === null ? null : (this.#membership.member(author.device)?.device ?? null);
  }

  /** A device was there at this time, wherever it was linked: shown as last heard of. */
  #heardAt(device: DeviceId, time: number): void {
    const setting = `seen.${device}`;
    if (time <= Number(this.#port.registry.setting(setting) ?? 0)) return;
    this.#collection.transactSoon(() => this.#port.registry.setSetting(setting, String(time)));
  }

  /** How far a log is held; null where nobody waits for that number: its author might not write it, or is not known. */
  readonly #heldOf: HeldOf = (log, number, of) => {
    const known = this.#collection.log.known(log);
    const member = known?.member || of;
    if (member === null) return null;
    return this.#membership.counting(member, log) < number ? null : (known?.held ?? 0);
  };
}
