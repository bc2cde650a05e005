import type { NoticeView } from './contract.ts';

/** The page on which a person finds what a notice is about. */
export const NOTICE_PAGES = {
  conflict: 'conflicts',
  halt: 'sources',
  request: 'devices',
  joined: 'devices',
  removed: 'sources',
  problem: 'problems',
} as const satisfies { readonly [about in NoticeView['about']]: string };
