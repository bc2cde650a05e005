import { describe, expect, it } from 'vitest';
import { haltReason, type LookResult } from '../../src/main/safety.ts';

const limits = { deleteShare: 0.3, deleteCount: 10, rewriteShare: 0.5 };
/** 100 items were there; what happened to them. */
const look = (change: Partial<LookResult>): LookResult => ({
  held: 100,
  deletes: 0,
  rewrites: 0,
  present: 100,
  ...change,
});

describe('a source halts', () => {
  const rows: readonly [string, Partial<LookResult>, ReturnType<typeof haltReason>][] = [
    ['not when nothing happened', {}, null],
    ['not when new', { held: 0, present: 0 }, null],
    ['not when it fills', { held: 0, present: 500 }, null],
    ['when emptied', { deletes: 100, present: 0 }, 'emptied'],
    ['when two last items go', { held: 2, deletes: 2, present: 0 }, 'emptied'],
    ['not when the last item goes', { held: 1, deletes: 1, present: 0 }, null],
    ['not when emptied by moving elsewhere', { held: 2, deletes: 0, present: 0 }, null],
    ['when more than the share goes', { deletes: 31, present: 69 }, 'mass-delete'],
    ['not at the share', { deletes: 30, present: 70 }, null],
    ['not below the count, whatever the share', { held: 12, deletes: 10, present: 2 }, null],
    ['above the count and the share', { held: 12, deletes: 11, present: 1 }, 'mass-delete'],
    ['not above the count alone', { held: 1000, deletes: 200, present: 800 }, null],
    ['when all is replaced by something else', { deletes: 100, present: 100 }, 'mass-delete'],
    ['when more than the share is rewritten', { rewrites: 51 }, 'mass-rewrite'],
    ['not at the share of rewrites', { rewrites: 50 }, null],
    ['not when a small folder is rewritten', { held: 10, rewrites: 10, present: 10 }, null],
  ];
  it.each(rows)('%s', (_, change, expected) => {
    expect(haltReason(look(change), limits)).toBe(expected);
  });

  it('as the person set it: never, or at once', () => {
    const never = { deleteShare: 1, deleteCount: 10, rewriteShare: 1 };
    expect(haltReason(look({ deletes: 99, rewrites: 100, present: 1 }), never)).toBeNull();
    const atOnce = { deleteShare: 0, deleteCount: 0, rewriteShare: 0 };
    expect(haltReason(look({ deletes: 1, present: 99 }), atOnce)).toBe('mass-delete');
    expect(haltReason(look({ rewrites: 1 }), atOnce)).toBe('mass-rewrite');
  });
});
