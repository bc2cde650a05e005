import { STAYS } from '../store/problem-store.ts';

/** What constructing an item may come upon, and reading it never tells. */
export const WRITE_PROBLEMS: ReadonlySet<string> = new Set([
  STAYS,
  'parent-is-file',
  'not-empty',
  'no-permission',
  'not-writable',
  'disk-full',
  'content-unavailable',
  'content-gone',
  'content-wrong',
  'not-taken',
  'name-not-allowed',
  'path-too-long',
  'io',
]);

/** Something else stands in its place, and is not written over. */
const IN_ITS_PLACE: ReadonlySet<string> = new Set(['names-collide', 'changed-underneath', 'read-only']);

/** Is something not there that is to be? A directory that stays is there. */
export const isMissingFor = (code: string): boolean =>
  (WRITE_PROBLEMS.has(code) && code !== STAYS) || IN_ITS_PLACE.has(code);

/** Is this problem one of writing? Of what is refused again and again no more is known than that it was. */
export const isOfWriting = (code: string): boolean => WRITE_PROBLEMS.has(code) || code === 'changed-underneath';
