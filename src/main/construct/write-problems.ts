import { STAYS } from '../store/problem-store.ts';

/** What constructing an item may come upon, and reading it never tells. */
export const WRITE_PROBLEMS: ReadonlySet<string> = new Set([
  STAYS,
  'parent-is-file',
  'not-empty',
  'no-permission',
  'disk-full',
  'content-unavailable',
  'content-wrong',
  'name-not-allowed',
  'path-too-long',
  'io',
]);
