import type { MemberStanding } from '../peers/session/shared-collection.ts';
import type { DeviceId, LogId, MemberKey } from '../record/ids.ts';

interface Told {
  readonly linked: boolean;
  readonly held: ReadonlyMap<LogId, number>;
  readonly applied: ReadonlyMap<LogId, number>;
}

/**
 * What members told of other members: so that two devices that meet only through a third do not wait for each other for ever. Nobody signed it: it
 * is what people are shown and what `sync` waits for, never a reason to let go of anything.
 */
export class ToldByOthers {
  readonly #told = new Map<DeviceId, ReadonlyMap<MemberKey, Told>>();

  /** Takes what a member told, instead of what it told before. */
  take(teller: DeviceId, members: readonly MemberStanding[]): void {
    const told = members.map(({ member, linked, held, applied }) => {
      const numbers = (positions: typeof held) => new Map(positions.map(({ log, number }) => [log, number]));
      return [member, { linked, held: numbers(held), applied: numbers(applied) }] as const;
    });
    this.#told.set(teller, new Map(told));
  }

  /** A member tells of itself now: what others told of it may be of before it lost its state. */
  forgetOf(member: MemberKey | null): void {
    if (member === null) return;
    for (const [teller, told] of this.#told)
      this.#told.set(teller, new Map([...told].filter(([key]) => key !== member)));
  }

  /** How far a member has applied a log, as those told of it that `count`; 0 where none did. */
  applied(member: MemberKey | null, log: LogId, count: (teller: DeviceId) => boolean): number {
    const told = this.#of(member).flatMap(([teller, { applied }]) => (count(teller) ? (applied.get(log) ?? 0) : []));
    return Math.max(0, ...told);
  }

  /** How far a member holds each log. */
  held(member: MemberKey | null): ReadonlyMap<LogId, number> {
    const held = new Map<LogId, number>();
    for (const [, told] of this.#of(member))
      for (const [log, number] of told.held) held.set(log, Math.max(number, held.get(log) ?? 0));
    return held;
  }

  /** Who of these said last that it is linked with the member; null: nobody. */
  linkedTo(member: MemberKey | null, tellers: ReadonlySet<DeviceId>): DeviceId | null {
    return this.#of(member).find(([teller, { linked }]) => linked && tellers.has(teller))?.[0] ?? null;
  }

  #of(member: MemberKey | null): readonly (readonly [DeviceId, Told])[] {
    if (member === null) return [];
    return [...this.#told].flatMap(([teller, told]) => {
      const found = told.get(member);
      return found === undefined ? [] : [[teller, found] as const];
    });
  }
}
