import type { RelayedLinks } from '../../src/main/peers/connect/ways-to-device.ts';
import type { InviterHost } from '../../src/main/peers/pairing/inviter-host.ts';
import type { JoinerHost } from '../../src/main/peers/pairing/pairing-joiner.ts';

/** Where there is no relay: for links, for whoever invites, and for whoever joins. */
export const noRelay: RelayedLinks = {
  reaches: () => false,
  dial: () => Promise.reject(new Error('there is no relay')),
};
export const noMailbox: InviterHost['mailbox'] = { url: () => null, open: () => {}, close: () => {} };
export const noKnock: JoinerHost['knock'] = () => Promise.reject(new Error('there is no relay'));
