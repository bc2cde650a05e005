import type { CollectionId, MemberKey } from '../../main/record/ids.ts';
import { PING_MS } from './limits.ts';
import type { Session } from './tokens.ts';

/** What a relay tells a device over its events socket. */
export type RelayMessage =
  | { readonly is: 'new'; readonly g: CollectionId; readonly sid: number }
  | { readonly is: 'heads'; readonly g: CollectionId }
  | { readonly is: 'acl'; readonly g: CollectionId; readonly gen: number }
  | { readonly is: 'presence'; readonly g: CollectionId; readonly online: readonly MemberKey[] }
  | { readonly is: 'live'; readonly g: CollectionId; readonly from: MemberKey; readonly token: string }
  | { readonly is: 'knock'; readonly mailbox: string; readonly token: string }
  | { readonly is: 'no'; readonly req: number; readonly why: string }
  | { readonly is: 'granted'; readonly req: number; readonly token: string }
  | { readonly is: 'ping' };

/** The relay's end of an events socket. */
export interface EventsPort {
  send(message: RelayMessage): void;
  close(code: number): void;
}

/** An events socket that is open. */
export class EventsLine {
  readonly session: Session;
  readonly port: EventsPort;
  /** When it last showed that it lives, and was last asked. */
  heard: number;
  asked: number;

  constructor(session: Session, port: EventsPort, now: number) {
    this.session = session;
    this.port = port;
    this.heard = now;
    this.asked = now;
  }
}

/** Who is there, by group, and the way to them. A member is there as long as one events socket of it is open. */
export class EventHub {
  readonly #groups = new Map<CollectionId, Map<MemberKey, EventsLine[]>>();
  readonly #lines = new Set<EventsLine>();

  get size(): number {
    return this.#lines.size;
  }

  add(line: EventsLine): void {
    this.#lines.add(line);
    for (const [group, key] of line.session.groups) {
      const members = this.#groups.get(group) ?? new Map<MemberKey, EventsLine[]>();
      this.#groups.set(group, members);
      const former = members.get(key) ?? [];
      members.set(key, [...former, line]);
      if (former.length === 0) this.#tellPresence(group);
      else line.port.send(this.#presence(group));
    }
  }

  remove(line: EventsLine): void {
    if (!this.#lines.delete(line)) return;
    for (const [group, key] of line.session.groups) {
      const members = this.#groups.get(group)!;
      const left = members.get(key)!.filter((each) => each !== line);
      if (left.length > 0) {
        members.set(key, left);
        continue;
      }
      members.delete(key);
      if (members.size === 0) this.#groups.delete(group);
      else this.#tellPresence(group);
    }
  }

  /** Closes the sockets of a session. */
  close(session: Session, code: number): void {
    for (const line of [...this.#lines]) {
      if (line.session !== session) continue;
      this.remove(line);
      line.port.close(code);
    }
  }

  /** Closes the sockets on which this key is a member, also those whose token is over by now. */
  closeMember(group: CollectionId, key: MemberKey, code: number): void {
    for (const line of this.#groups.get(group)?.get(key) ?? []) {
      this.remove(line);
      line.port.close(code);
    }
  }

  closeAll(code: number): void {
    const lines = [...this.#lines];
    this.#lines.clear();
    this.#groups.clear();
    for (const line of lines) line.port.close(code);
  }

  /** Tells everybody of a group who is there, but for `but`. */
  tell(group: CollectionId, message: RelayMessage, but: MemberKey | null = null): void {
    for (const [key, lines] of this.#groups.get(group) ?? [])
      if (key !== but) for (const { port } of lines) port.send(message);
  }

  /** Tells one member, on its newest socket; false: it is not there. */
  tellOne(group: CollectionId, key: MemberKey, message: RelayMessage): boolean {
    const line = this.#groups.get(group)?.get(key)?.at(-1);
    line?.port.send(message);
    return line !== undefined;
  }

  isThere(group: CollectionId, key: MemberKey): boolean {
    return this.#groups.get(group)?.has(key) === true;
  }

  /** Asks all whether they live, which tells them that we do, and closes those that did not say so twice. */
  tick(now: number): void {
    for (const line of [...this.#lines]) {
      if (now - line.heard > 3 * PING_MS) {
        this.remove(line);
        line.port.close(4408);
      } else if (now - line.asked >= PING_MS) {
        line.asked = now;
        line.port.send({ is: 'ping' });
      }
    }
  }

  #presence(group: CollectionId): RelayMessage {
    return { is: 'presence', g: group, online: [...(this.#groups.get(group)?.keys() ?? [])].sort() };
  }

  #tellPresence(group: CollectionId): void {
    this.tell(group, this.#presence(group));
  }
}
