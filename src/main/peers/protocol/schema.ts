import { fromHex, toHex } from './hex.ts';

/** How a field crosses the wire: `write` gives its CBOR value, `read` checks one from a peer wholly or throws `Invalid`. */
export interface Codec<T> {
  write(value: T): unknown;
  read(raw: unknown): T;
}
export type Decoded<C> = C extends Codec<infer T> ? T : never;

/** Why a value from a peer is refused. Never leaves this folder: `decodeMessage` turns it into a result. */
export class Invalid extends Error {}

const pass = <T>(read: (raw: unknown) => T): Codec<T> => ({ write: (value) => value, read });
const refuse = (what: string): never => {
  throw new Invalid(what);
};

/** A whole number from 0 to `max`. */
export function uint(max: number = Number.MAX_SAFE_INTEGER): Codec<number> {
  return pass((raw) =>
    Number.isSafeInteger(raw) && (raw as number) >= 0 && (raw as number) <= max ? (raw as number) : refuse('number'),
  );
}
/** true or false. */
export const flag: Codec<boolean> = pass((raw) => (typeof raw === 'boolean' ? raw : refuse('flag')));

/** Text of at most `max` UTF-16 units, without lone surrogates. */
export function text(max: number): Codec<string> {
  return pass((raw) => (typeof raw === 'string' && raw.length <= max && raw.isWellFormed() ? raw : refuse('text')));
}
/** One of these words. */
export function oneOf<const T extends string>(...allowed: readonly T[]): Codec<T> {
  return pass((raw) => (allowed.includes(raw as T) ? (raw as T) : refuse('word')));
}
/** Just so many bytes. */
export function bytes(exactly: number): Codec<Uint8Array> {
  return pass((raw) => (raw instanceof Uint8Array && raw.length === exactly ? raw : refuse(`bytes of ${exactly}`)));
}
/** At most so many bytes. */
export function bytesUpTo(max: number): Codec<Uint8Array> {
  return pass((raw) => (raw instanceof Uint8Array && raw.length <= max ? raw : refuse(`bytes up to ${max}`)));
}

/** An id that is hex in memory and raw bytes on the wire; `brand` makes it. */
export function id<T extends string>(length: number, brand: (hex: string) => T): Codec<T> {
  const raw = bytes(length);
  return { write: (value) => raw.read(fromHex(value)), read: (value) => brand(toHex(raw.read(value))) };
}
/** A list of `min` to `max` items. */
export function list<T>(item: Codec<T>, max: number, min = 0): Codec<readonly T[]> {
  return {
    write: (value) => value.map((each) => item.write(each)),
    read: (raw) => {
      if (!Array.isArray(raw) || raw.length > max || raw.length < min) return refuse('list');
      return raw.map((each) => item.read(each));
    },
  };
}
/** As `item`, or null. */
export function nullable<T>(item: Codec<T>): Codec<T | null> {
  return {
    write: (value) => (value === null ? null : item.write(value)),
    read: (raw) => (raw === null ? null : item.read(raw)),
  };
}
/** As `item`, for a field of a map that came later: `unsaid` is said by saying nothing, as older peers do. */
export function added<T>(item: Codec<T>, unsaid: T): Codec<T> {
  return {
    write: (value) => (value === unsaid ? undefined : item.write(value)),
    read: (raw) => (raw === undefined ? unsaid : item.read(raw)),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a codec is invariant in its value; only `any` lets one constraint cover all of them.
type AnyShape = { readonly [field: string]: Codec<any> };
export type Shaped<S extends AnyShape> = { readonly [K in keyof S]: Decoded<S[K]> };

/** A map with these fields; others are ignored, so that a newer peer may say more. */
export function object<S extends AnyShape>(shape: S): Codec<Shaped<S>> {
  const fields = Object.entries(shape);
  return {
    write: (value) => {
      const written = fields.map(([name, codec]) => [name, codec.write(value[name as keyof S])] as const);
      return Object.fromEntries(written.filter(([, raw]) => raw !== undefined));
    },
    read: (raw) => {
      if (!isMap(raw)) return refuse('map');
      return readFields(fields, (name) => (Object.hasOwn(raw, name) ? raw[name] : undefined)) as Shaped<S>;
    },
  };
}
/** The same fields in a fixed order without their names, for what is sent by the hundred. */
export function row<S extends AnyShape>(shape: S): Codec<Shaped<S>> {
  const fields = Object.entries(shape);
  const places = new Map(fields.map(([name], at) => [name, at]));
  return {
    write: (value) => fields.map(([name, codec]) => codec.write(value[name as keyof S])),
    read: (raw) => {
      if (!Array.isArray(raw) || raw.length !== fields.length) return refuse('row');
      return readFields(fields, (name) => raw[places.get(name) as number]) as Shaped<S>;
    },
  };
}

function readFields(fields: readonly (readonly [string, Codec<unknown>])[], take: (name: string) => unknown): object {
  const value: { [name: string]: unknown } = {};
  for (const [name, codec] of fields) {
    try {
      value[name] = codec.read(take(name));
    } catch (error) {
      if (error instanceof Invalid) throw new Invalid(`${name}: ${error.message}`);
      throw error;
    }
  }
  return value;
}
function isMap(raw: unknown): raw is { readonly [key: string]: unknown } {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !(raw instanceof Uint8Array);
}
