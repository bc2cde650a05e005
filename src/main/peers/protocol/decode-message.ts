import { decodeUntrusted } from './canonical-cbor.ts';
import type { Frame } from './frame.ts';
import {
  CONTENT_PAYLOAD_LIMIT,
  MESSAGES,
  type Message,
  type MessageName,
  type MessageOf,
  PIECE_ZSTD,
} from './messages.ts';
import { type Codec, Invalid } from './schema.ts';

/** A frame that is no message: the link that brought it is closed. */
export interface Malformed {
  readonly is: 'malformed';
  readonly code: 'unknown-message' | 'bad-header' | 'bad-payload';
  /** The field at fault; for a log, never for people. */
  readonly detail: string;
}
/** A message of a later version that may be passed over. */
export interface Ignored {
  readonly is: 'ignored';
  readonly type: number;
}

/** Types below it must be known; those from it on may be ignored. */
const FIRST_OPTIONAL = 128;

interface Entry {
  readonly number: number;
  readonly header: Codec<unknown>;
  readonly body?: Codec<unknown>;
  readonly parts?: string;
}
const BY_NUMBER = new Map<number, readonly [MessageName, Entry]>(
  Object.entries(MESSAGES).map(([name, entry]) => [entry.number, [name as MessageName, entry as unknown as Entry]]),
);

/** Checks every field and size of what a peer sent. Never throws, whatever the bytes. */
export function decodeMessage(frame: Frame): Message | Malformed | Ignored {
  const known = BY_NUMBER.get(frame.type);
  if (known === undefined) {
    if (frame.type >= FIRST_OPTIONAL) return { is: 'ignored', type: frame.type };
    return malformed('unknown-message', String(frame.type));
  }
  const [name, entry] = known;
  const header = readFields(frame.header, entry.header);
  if ('fault' in header) return malformed('bad-header', `${name} ${header.fault}`);
  const rest = readPayload(frame.payload, entry, header.fields);
  if ('fault' in rest) return malformed('bad-payload', `${name} ${rest.fault}`);
  const { sizes: _, ...fields } = header.fields;
  const message = { is: name, ...(entry.parts === undefined ? header.fields : fields), ...rest.fields } as Message;
  const fault = inconsistency(message);
  return fault === null ? message : malformed('bad-header', `${name} ${fault}`);
}

type Read = { readonly fields: { readonly [name: string]: unknown } } | { readonly fault: string };

function readFields(encoded: Uint8Array, codec: Codec<unknown>): Read {
  const decoded = decodeUntrusted(encoded);
  if (decoded === null) return { fault: 'not CBOR' };
  try {
    return { fields: codec.read(decoded.value) as { readonly [name: string]: unknown } };
  } catch (error) {
    if (error instanceof Invalid) return { fault: error.message };
    throw error;
  }
}

function readPayload(payload: Uint8Array, entry: Entry, header: { readonly [name: string]: unknown }): Read {
  if (entry.body !== undefined) return readFields(payload, entry.body);
  if (entry.parts === undefined) return payload.length === 0 ? { fields: {} } : { fault: 'payload where none belongs' };
  const sizes =
    'pieces' in header ? (header.pieces as { length: number }[]).map((piece) => piece.length) : header.sizes;
  const parts = split(payload, sizes as readonly number[]);
  return parts === null ? { fault: 'sizes do not add up' } : { fields: { [entry.parts]: parts } };
}

function split(payload: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] | null {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    if (size > payload.length - at) return null;
    parts.push(payload.subarray(at, at + size));
    at += size;
  }
  return at === payload.length ? parts : null;
}

/** What no field can tell alone. */
function inconsistency(message: Message): string | null {
  switch (message.is) {
    case 'WANT':
      return message.ranges.every((range) => range.from >= 1 && range.from <= range.to) ? null : 'ranges: reversed';
    case 'PACKAGE': {
      const { first, count } = message.numbers;
      if (count !== message.packages.length) return 'numbers: not as many as sizes';
      return first >= 1 && Number.isSafeInteger(first + count) ? null : 'numbers: out of range';
    }
    case 'CONTENT':
      return contentFault(message);
    default:
      return null;
  }
}

function contentFault(message: MessageOf<'CONTENT'>): string | null {
  let payload = 0;
  for (const piece of message.pieces) {
    payload += piece.length;
    if (piece.offset > piece.total) return 'pieces: offset past the end';
    if ((piece.flags & PIECE_ZSTD) === 0 && piece.length > piece.total - piece.offset) return 'pieces: past the end';
  }
  return payload <= CONTENT_PAYLOAD_LIMIT ? null : 'pieces: too much payload';
}

function malformed(code: Malformed['code'], detail: string): Malformed {
  return { is: 'malformed', code, detail };
}
