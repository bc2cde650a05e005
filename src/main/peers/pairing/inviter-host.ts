import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { RecordKind } from '../../record/field-rules.ts';
import type { CollectionId, DeviceId } from '../../record/ids.ts';
import type { DeviceIdentity } from '../identity/identity.ts';
import type { Newcomer } from '../membership/membership-log.ts';
import type { MemberRole } from '../protocol/messages.ts';

/** What an invite lets in, and to what. */
export interface InviteTerms {
  readonly collection: CollectionId;
  readonly kind: RecordKind;
  /** The collection's name. */
  readonly name: string;
  readonly role: MemberRole;
  /** What was written before may be read. */
  readonly history: boolean;
  /** Admits the first device that brings the link without asking anyone: for computers without a person. */
  readonly approveFirst: boolean;
  /** Live records, for what the joiner is shown. */
  readonly records: number;
}

/** A device that proved to hold a link, or shows the same digits nearby, and waits for a person to say yes. */
export interface PairingRequest {
  readonly id: string;
  readonly device: DeviceId;
  /** What it calls itself. */
  readonly name: string;
  /** Six digits; the joiner's screen shows the same. */
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly terms: InviteTerms;
  /** It has no link: nothing but the digits tells that it is the right one. */
  readonly isNearby: boolean;
}

/** What letting devices in needs of the one that does. */
export interface InviterHost {
  readonly identity: DeviceIdentity;
  readonly clock: Clock;
  readonly random: Random;
  /** What this device calls itself. */
  name(): string;
  /** host:port at which this device can be reached. */
  addresses(): readonly string[];
  /** Where the collection's relay lets somebody ring who reaches no address. */
  readonly mailbox: {
    /** null: it has none. */
    url(collection: CollectionId): string | null;
    /** For so long; again: from now on for so long. `mailbox`: what somebody has to bring. */
    open(collection: CollectionId, of: { readonly id: Uint8Array; readonly mailbox: Uint8Array }, ttlMs: number): void;
    close(id: Uint8Array): void;
  };
  /** Adds the device to the collection's membership log, durably; gives the whole log. */
  admit(collection: CollectionId, newcomer: Newcomer): Promise<readonly Uint8Array[]>;
  /** The requests that wait became others. */
  onRequests(requests: readonly PairingRequest[]): void;
  /** The window for devices without a link (`InviteDesk.nearby`) is another one, or in another state. */
  onNearby(): void;
}
