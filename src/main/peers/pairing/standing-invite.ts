import type { DeviceId } from '../../record/ids.ts';
import type { MessageStream } from '../connect/message-stream.ts';
import type { Descriptor } from '../identity/descriptor.ts';
import type { StrangerLink } from '../links/peer-link.ts';
import type { Newcomer } from '../membership/membership-log.ts';
import type { Invite } from './invite-link.ts';
import type { InviteTerms, PairingRequest } from './inviter-host.ts';

/** An invitation that is open, and what became of it so far. */
export interface StandingInvite {
  readonly invite: Invite;
  readonly terms: InviteTerms;
  cancelExpiry: () => void;
  tries: number;
  /** The one device that redeemed it. */
  claimant: DeviceId | null;
  request: PairingRequest | null;
  /** What the membership log is to say of it, once it confirmed. */
  newcomer: Newcomer | null;
  /** A person said yes, or nobody had to. */
  approved: boolean;
  /** Agreed on without a link; null: it has one. `same`: the person here said that the digits are. */
  readonly nearby: { same: boolean; readonly ended: (code: string) => void } | null;
  /** The membership log that lets it in; kept for the case that it did not hear so. */
  granted: readonly Uint8Array[] | null;
}
/** A JOIN that holds, and who said it. */
export interface Proven {
  readonly joiner: Descriptor;
  readonly name: string;
  readonly said: Uint8Array;
}
/** A stranger that is here, and how far it came. `onProven`: told once it has shown that it holds a link. */
export type Session = {
  readonly stream: MessageStream<StrangerLink>;
  readonly cancelTimeout: () => void;
} & (
  | { readonly at: 'join'; readonly onProven: () => void }
  /** Without a link: the digits are shown. `joined`: its JOIN came, so its person said they are the same. */
  | { readonly at: 'compare'; readonly standing: StandingInvite; readonly joined: Proven | null }
  | {
      readonly at: 'confirm';
      readonly standing: StandingInvite;
      readonly joiner: Descriptor;
      readonly name: string;
      readonly offered: Uint8Array;
    }
  | { readonly at: 'approval'; readonly standing: StandingInvite; readonly offered: Uint8Array }
);

/** A person said yes, so that it waits for none any more. */
export function isAnswered({ approved, nearby }: StandingInvite): boolean {
  return approved || nearby?.same === true;
}
