import { type CollectionId, collectionId, type MemberKey, memberKey } from '../../main/record/ids.ts';
import { Refusal } from './refusal.ts';
import type { AclKey } from './relay-store.ts';

/** Readers of what clients say: each gives the value in its type or refuses with `bad-request`, naming what is wrong. */

const HEX = /^[0-9a-f]*$/;

function bad(what: string): Refusal {
  return new Refusal('bad-request', what);
}

/** Lower-case hex of exactly so many bytes. */
export function readHex(value: unknown, bytes: number, name: string): string {
  if (typeof value === 'string' && value.length === bytes * 2 && HEX.test(value)) return value;
  throw bad(`${name} must be ${bytes} bytes in lower-case hex`);
}

export const readGroup = (value: unknown): CollectionId => collectionId(readHex(value, 16, 'g'));
export const readKey = (value: unknown, name: string): MemberKey => memberKey(readHex(value, 32, name));
export const readPackId = (value: unknown): string => readHex(value, 32, 'id');

/** A whole number from `least` on that a double holds. */
export function readNumber(value: unknown, least: number, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw bad(`${name} must be a whole number from ${least}`);
}

/** The same, as digits; `otherwise` where nothing is said. */
export function readDigits(text: string | null, otherwise: number, name: string): number {
  if (text === null) return otherwise;
  if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw bad(`${name} must be a whole number`);
}

export function readText(value: unknown, longest: number, name: string): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= longest) return value;
  throw bad(`${name} must be a text of at most ${longest} characters`);
}

export function readList(value: unknown, longest: number, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw bad(`${name} must be a list`);
  if (value.length > longest) throw bad(`${name} holds more than ${longest}`);
  return value;
}

export function readObject(value: unknown, name: string): { readonly [name: string]: unknown } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as { [name: string]: unknown };
  throw bad(`${name} must be an object`);
}

/** A list of keys a group can have: each once, an admin among them, in the order of the keys. */
export function readAclKeys(value: unknown, most: number): readonly AclKey[] {
  const keys = readList(value, most, 'keys').map((each) => {
    const { k, admin } = readObject(each, 'an entry of keys');
    if (typeof admin !== 'boolean') throw bad('admin must be true or false');
    return { k: readKey(k, 'k'), admin };
  });
  if (new Set(keys.map(({ k }) => k)).size !== keys.length) throw bad('keys holds a key twice');
  if (!keys.some(({ admin }) => admin)) throw bad('keys holds no admin');
  return keys.sort((a, b) => (a.k < b.k ? -1 : 1));
}
