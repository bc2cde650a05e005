import type { ValueView } from './contract.ts';

/** Values of fields as a person is told them: what of them is an object, a text, a list of objects. */
export type Plain = { readonly [key: string]: ValueView };
export const isPlain = (value: ValueView | undefined): value is Plain =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
export const text = (value: ValueView | undefined): string => (typeof value === 'string' ? value : '');
export const listOf = (value: ValueView | undefined): readonly Plain[] =>
  Array.isArray(value) ? value.filter(isPlain) : [];
export const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
export const joined = (parts: readonly string[], by: string): string => parts.filter((part) => part !== '').join(by);
