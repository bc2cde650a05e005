/**
 * JSON that carries what a structured clone carries and JSON does not: undefined, bigint, NaN and the infinities, Date, Map, Set and
 * bytes. So the browser's WebSocket and the desktop's bridge give the renderer the same values. Imports nothing; pure.
 */

/** A key no view has: an object that holds it is a tag, `[kind, payload]`. */
const TAG = '\u0000t';

/** Throws a TypeError on functions and symbols, as a structured clone does. */
export function encode(value: unknown): string {
  return JSON.stringify(pack(value));
}

/** Throws a SyntaxError on what `encode` did not make. */
export function decode(text: string): unknown {
  return unpack(JSON.parse(text));
}

const tagged = (kind: string, payload: unknown) => ({ [TAG]: [kind, payload] });

function pack(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return tagged('undefined', 0);
    case 'bigint':
      return tagged('bigint', String(value));
    case 'number':
      return Number.isFinite(value) ? value : tagged('number', String(value));
    case 'function':
    case 'symbol':
      throw new TypeError('An object could not be cloned.');
    case 'object':
      return value === null ? null : packObject(value);
    default:
      return value;
  }
}

function packObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(pack);
  if (value instanceof Date) return tagged('date', value.getTime());
  if (value instanceof Map) return tagged('map', [...value].map(pack));
  if (value instanceof Set) return tagged('set', [...value].map(pack));
  if (value instanceof ArrayBuffer) return tagged('bytes', toBase64(new Uint8Array(value)));
  if (ArrayBuffer.isView(value)) {
    return tagged('bytes', toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)));
  }
  const entries = Object.entries(value).map(([key, item]) => [key, pack(item)]);
  // An object that happens to hold the tag's key must not come back as something else.
  return Object.hasOwn(value, TAG) ? tagged('object', entries) : Object.fromEntries(entries);
}

function unpack(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(unpack);
  if (Object.hasOwn(value, TAG)) return unpackTag((value as { [TAG]: unknown })[TAG]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
}

function unpackTag(tag: unknown): unknown {
  if (!Array.isArray(tag) || tag.length !== 2) throw new SyntaxError('malformed value');
  const [kind, payload] = tag as [unknown, unknown];
  if (kind === 'undefined') return undefined;
  if (kind === 'bigint' && typeof payload === 'string') return BigInt(payload);
  if (kind === 'number' && typeof payload === 'string') return Number(payload);
  if (kind === 'date' && (typeof payload === 'number' || payload === null)) return new Date(payload ?? Number.NaN);
  if (kind === 'bytes' && typeof payload === 'string') return fromBase64(payload);
  if (Array.isArray(payload)) {
    const items = payload.map(unpack);
    if (kind === 'map') return new Map(items as [unknown, unknown][]);
    if (kind === 'set') return new Set(items);
    if (kind === 'object') return Object.fromEntries(items as [string, unknown][]);
  }
  throw new SyntaxError('malformed value');
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
