import { describe, expect, it } from 'vitest';
import { revisionIn, storedRevision, vouchesFor } from '../../../src/main/snapshot/stored-revision.ts';

const revision = Uint8Array.of(3, 1, 4);

describe('a stored revision', () => {
  it('gives back the revision as it was', () => {
    for (const fresh of [false, true])
      expect(new Uint8Array(revisionIn(storedRevision(revision, fresh)))).toEqual(revision);
  });
  it('vouches for an item that has it still', () => {
    expect(vouchesFor(storedRevision(revision, false), Uint8Array.of(3, 1, 4))).toBe(true);
  });
  it.each([
    ['another', Uint8Array.of(3, 1, 5)],
    ['one of another kind', Uint8Array.of(2, 1, 4)],
    ['a longer one', Uint8Array.of(3, 1, 4, 0)],
    ['a shorter one', Uint8Array.of(3, 1)],
    ['none', new Uint8Array(0)],
  ])('does not vouch for %s', (_, listed) => {
    expect(vouchesFor(storedRevision(revision, false), listed)).toBe(false);
  });
  it('vouches for nothing that was read while it may have been changing', () => {
    expect(vouchesFor(storedRevision(revision, true), revision)).toBe(false);
  });
  it('of the empty revision is one too', () => {
    expect(vouchesFor(storedRevision(new Uint8Array(0), false), new Uint8Array(0))).toBe(true);
    expect(vouchesFor(new Uint8Array(0), new Uint8Array(0))).toBe(false);
  });
});
