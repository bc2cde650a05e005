/** Devices, and how another one comes to take part. Plain data; moments are ISO 8601 in UTC where nothing else is said. */
import type { Role } from './status-views.ts';

export interface JoinedView {
  readonly collection: string;
  readonly source: string;
  readonly state: 'joined' | 'waiting-for-approval';
  readonly code: string;
}

/** What a joining device is shown before anything is granted. */
export interface RequestView {
  readonly request: string;
  readonly device: string;
  readonly name: string;
  readonly collection: string;
  readonly collectionName: string;
  readonly role: Role;
  readonly records: number;
  readonly code: string;
  readonly at: string;
  /** It has no link: nothing but the code tells that it is the right one. */
  readonly nearby?: boolean;
}

/** This device waits for one nearby, or did so last. */
export interface NearbyWindowView {
  readonly collection: string;
  readonly collectionName: string;
  readonly role: Role;
  /** ISO 8601: nobody new is let in after it. */
  readonly until: string;
  /** `comparing`: both screens show a code, and `request` waits unless a person has allowed it. */
  readonly state: 'waiting' | 'comparing' | 'joined' | 'over';
  readonly request: RequestView | null;
  /** host:port where this device is found, for who does not see it listed. */
  readonly addresses: readonly string[];
  /** A code for how the last attempt ended, or the waiting did; null: there was none. */
  readonly why: string | null;
  /** From which address that came, where it came from one. */
  readonly from?: string;
}

/** A device in this network that waits for another one. Nobody vouches for its name. */
export interface NearbyDeviceView {
  /** To be named by in `nearby:join`; another one each time it waits. */
  readonly device: string;
  readonly name: string;
  /** host:port. */
  readonly addresses: readonly string[];
}

/** What a person compares with the other screen. */
export interface NearbyComparedView {
  readonly code: string;
  /** What the other device calls itself. */
  readonly name: string;
}

export interface DeviceView {
  readonly device: string;
  readonly name: string;
  readonly self: boolean;
  /** In the first of `collections`. */
  readonly role: Role;
  readonly collections: readonly string[];
  /** By collection. */
  readonly roles: { readonly [collection: string]: Role };
  /** Linked, or known to have written: what it signed may come through others. null: never. */
  readonly lastSeen: string | null;
}

export interface RecoveryKeyView {
  /** The new key, to be printed or written down; null where none was made. */
  readonly key: string | null;
  /** The keys that count; more than one only where two admins made one at the same time. `by`: the device that made it. */
  readonly keys: readonly { readonly id: string; readonly by: string }[];
  /** What this device may do. */
  readonly role: Role;
}
