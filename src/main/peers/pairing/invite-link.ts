import { hkdfSync } from 'node:crypto';
import { LockstepError } from '../../platform/trouble.ts';
import { type DeviceId, deviceId } from '../../record/ids.ts';
import { parseHostPort } from '../links/host-port.ts';
import { fromHex, toHex } from '../protocol/hex.ts';

/** What a one-time link says. Whoever holds it may ask to be let in, once. */
export interface Invite {
  /** 16 bytes by which the inviter finds it. */
  readonly id: Uint8Array;
  /** 32 bytes only the two devices are to know. */
  readonly secret: Uint8Array;
  readonly inviter: DeviceId;
  /** host:port, in the order to be tried. */
  readonly addresses: readonly string[];
  /** URL of the relay at which the inviter listens as well; null: none. */
  readonly relay: string | null;
}

/** How long a request waits for a person; afterwards neither device does. */
export const REQUEST_MS = 24 * 60 * 60_000;

const START = 'lockstep://join#';
const MAX_ADDRESSES = 32;
const MOST_URL = 512;

/** Everything stands in the fragment, so that it is in no server's log. */
export function inviteLink({ id, secret, inviter, addresses, relay }: Invite): string {
  const fields = [`v=1`, `i=${base64url(id)}`, `s=${base64url(secret)}`, `d=${base64url(fromHex(inviter))}`];
  const ways = [
    `a=${addresses.map(escapeAddress).join(',')}`,
    ...(relay === null ? [] : [`r=${encodeURIComponent(relay)}`]),
  ];
  return `${START}${[...fields, ...ways].join('&')}`;
}

/** Fails with `bad-invite`, saying what is wrong and nothing of the secret. */
export function parseInviteLink(text: string): Invite {
  const link = text.trim().replace(/^lockstep:\/\/join\/#/i, START);
  if (!link.toLowerCase().startsWith(START)) throw refused('it does not start with lockstep://join#');
  const fields = new Map<string, string>();
  for (const field of link.slice(START.length).split('&')) {
    const at = field.indexOf('=');
    if (at > 0 && !fields.has(field.slice(0, at))) fields.set(field.slice(0, at), field.slice(at + 1));
  }
  if (!fields.has('v')) throw refused('nothing of it follows its beginning: was all of it copied, and in quotes?');
  if (fields.get('v') !== '1') throw refused('it is of a version this Lockstep does not know: update it');
  return {
    id: bytesOf(fields, 'i', 16),
    secret: bytesOf(fields, 's', 32),
    inviter: deviceId(toHex(bytesOf(fields, 'd', 32))),
    addresses: addressesOf(fields.get('a') ?? ''),
    relay: relayOf(fields.get('r') ?? ''),
  };
}

function bytesOf(fields: ReadonlyMap<string, string>, name: string, length: number): Uint8Array {
  const text = fields.get(name);
  if (text === undefined) throw refused(`its part ${name} is missing: was all of it copied?`);
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (bytes.length !== length || base64url(bytes) !== text)
    throw refused(`its part ${name} is damaged: was all of it copied?`);
  return bytes;
}
function addressesOf(text: string): readonly string[] {
  const addresses = text
    .split(',')
    .filter((address) => address !== '')
    .slice(0, MAX_ADDRESSES)
    .map(decode);
  for (const address of addresses)
    if (parseHostPort(address) === null) throw refused('an address in it is not host:port');
  return addresses;
}
function relayOf(text: string): string | null {
  if (text === '') return null;
  const url = decode(text);
  if (url.length > MOST_URL || !/^https:\/\/[\x21-\x7e]+$/.test(url))
    throw refused('the relay in it is no https:// address');
  return url;
}
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('an address in it is damaged');
  }
}
const escapeAddress = (address: string): string =>
  encodeURIComponent(address).replaceAll('%3A', ':').replaceAll('%5B', '[').replaceAll('%5D', ']');
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const refused = (why: string): LockstepError =>
  new LockstepError('bad-invite', `This is no invitation: ${why}${why.endsWith('?') ? '' : '.'}`, 'invitation');

/** What each side proves the secret with, and the token of the relay's mailbox. */
export interface InviteKeys {
  readonly mailbox: Uint8Array;
  readonly joiner: Uint8Array;
  readonly inviter: Uint8Array;
}
/** Both sides derive the same ones from an invitation. */
export function inviteKeys({ id, secret }: Pick<Invite, 'id' | 'secret'>): InviteKeys {
  const keys = new Uint8Array(hkdfSync('sha256', secret, id, 'lockstep-invite-1', 96));
  return { mailbox: keys.subarray(0, 32), joiner: keys.subarray(32, 64), inviter: keys.subarray(64, 96) };
}
