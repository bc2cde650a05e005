import { describe, expect, it } from 'vitest';
import type { CollectionView, SourceView } from '../../src/contract/contract.ts';
import { StatusNotices } from '../../src/main/status-notices.ts';

const place: SourceView = {
  id: 's',
  location: '/home/ana/P',
  format: 'folder',
  state: 'ready',
  reason: null,
  plan: null,
};
const collection: CollectionView = {
  id: 'c',
  name: 'Photos',
  kind: 'files',
  state: 'in-step',
  records: 1,
  outside: 0,
  conflicts: 0,
  problems: 0,
  sources: [place],
  peers: [],
  progress: null,
  relay: null,
};

/** What is told of each of these states of one collection, one after the other. */
function told(...states: readonly Partial<CollectionView>[]): readonly string[] {
  const notices = new StatusNotices();
  return states.map((state) =>
    notices
      .of({
        device: { id: 'd', name: 'Desk' },
        links: { bytesIn: 0, bytesOut: 0 },
        collections: [{ ...collection, ...state }],
      })
      .map(({ about, title, text }) => `${about}: ${title}: ${text}`)
      .join(),
  );
}
const came = (what: string) => `conflict: Photos: ${what}. Every version is kept until you choose`;

describe('a person is told of', () => {
  it('conflicts that come, not of those that were there at the start or go', () => {
    expect(
      told({ conflicts: 2 }, { conflicts: 2 }, { conflicts: 3 }, { conflicts: 1 }, { conflicts: 1 }, { conflicts: 3 }),
    ).toEqual(['', '', came('1 new conflict'), '', '', came('2 new conflicts')]);
  });
  it('no conflict that others settle', () => {
    expect(told({}, { conflicts: 2, decidedBy: ['Laptop'] })).toEqual(['', '']);
  });
  it('a thousand conflicts once, when all have come', () => {
    const working = { state: 'working' } as const;
    expect(told({}, { ...working, conflicts: 9 }, { ...working, conflicts: 900 }, { conflicts: 1_000 })).toEqual([
      '',
      '',
      '',
      came('1,000 new conflicts'),
    ]);
  });
  it('a place that halts, each time it does', () => {
    const halted = { state: 'halted', sources: [{ ...place, state: 'halted', reason: 'it is empty' }] } as const;
    const said = 'halt: Photos is halted: /home/ana/P: it is empty';
    expect(told({}, halted, halted, {}, halted)).toEqual(['', said, '', '', said]);
  });
});
