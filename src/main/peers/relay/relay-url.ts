import { LockstepError } from '../../platform/trouble.ts';

/** Where a relay is, and how it proves that it is the one. */
export interface RelayAddress {
  /** The one way to write it: two addresses are the same where this is. */
  readonly url: string;
  /** Without brackets where it is an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** base64url SHA-256 of the SubjectPublicKeyInfo of its key; null: a certificate authority vouches for the host. */
  readonly pin: string | null;
  /** What a private relay wants to be told by who registers a collection there; null: its address says nothing of the kind. */
  readonly admission: string | null;
  /** What is signed for it when this device proves who it is, so that no other relay can use that. */
  readonly origin: string;
}

const HASH_BYTES = 32;
const ADMISSION_BYTES = 16;

/** `https://host[:port][#k=…][&a=…]` taken apart (`#a=…` where there is no key). Fails with `bad-relay-url`, saying what is wrong. */
export function parseRelayUrl(text: string): RelayAddress {
  const refused = (why: string): LockstepError =>
    new LockstepError(
      'bad-relay-url',
      `${text === '' ? 'An empty text' : text} is no address of a relay: ${why}`,
      text,
    );
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw refused('it has to be like https://host:port#k=… (the line that lockstep relay serve prints).');
  }
  if (url.protocol !== 'https:') throw refused('it has to begin with https://.');
  if (url.username !== '' || url.password !== '') throw refused('no name or password belongs in it.');
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '')
    throw refused('nothing but #k=… may follow the port.');
  const { pin, admission } = fragment(url.hash, refused);
  const port = url.port === '' ? 443 : Number(url.port);
  if (port === 0) throw refused('its port is 0.');
  const plain = `https://${url.hostname}:${port}`;
  const said = [...(pin === null ? [] : [`k=${pin}`]), ...(admission === null ? [] : [`a=${admission}`])].join('&');
  return {
    url: said === '' ? plain : `${plain}#${said}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    pin,
    admission,
    origin: pin === null ? plain : `k=${pin}`,
  };
}

function fragment(hash: string, refused: (why: string) => LockstepError): Pick<RelayAddress, 'pin' | 'admission'> {
  if (hash === '') return { pin: null, admission: null };
  const parts = /^#(?:k=([^&]*)(?:&a=([^&]*))?|a=([^&]*))$/.exec(hash);
  const pin = parts?.[1] ?? null;
  const admission = parts?.[2] ?? parts?.[3] ?? null;
  if (parts === null || (pin !== null && !isBase64(pin, HASH_BYTES)))
    throw refused('what follows # is not a key (#k=…): was all of it copied?');
  if (admission !== null && !isBase64(admission, ADMISSION_BYTES))
    throw refused('what follows a= is not what its relay printed: was all of it copied?');
  return { pin, admission };
}
function isBase64(text: string, length: number): boolean {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === length && bytes.toString('base64url') === text;
}

/**
 * Where an answer of the relay sends us, if it may: to the address the user gave, or to one that proves the same key. '' is the former.
 * null: anywhere else.
 */
export function placeToldBy(given: RelayAddress, told: string): RelayAddress | null {
  if (told === '') return given;
  let place: RelayAddress;
  try {
    place = parseRelayUrl(told);
  } catch {
    return null;
  }
  return place.url === given.url || (given.pin !== null && place.pin === given.pin) ? place : null;
}
