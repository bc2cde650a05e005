import { describe, expect, it, vi } from 'vitest';
import type { ProblemView, ProgressView } from '../../../src/contract/contract.ts';
import { isEndedByUndo, problemAdvice, problemTitle } from '../../../src/contract/problem-advice.ts';
import { groupProblems } from '../../../src/renderer/problems/problems-page.tsx';
import { planSummary } from '../../../src/renderer/sources/halt-dialog.tsx';
import { progressParts } from '../../../src/renderer/sources/progress-line.tsx';

vi.hoisted(() => vi.stubGlobal('navigator', { languages: ['en-GB'] }));

const progress = (change: Partial<ProgressView>): ProgressView => ({
  stage: 'receiving',
  items: 0,
  itemsTotal: 0,
  bytes: 0,
  bytesTotal: 0,
  itemsPerSecond: 0,
  secondsLeft: null,
  ...change,
});

describe('progress', () => {
  it('tells how far, how fast and how long', () => {
    expect(
      progressParts(
        progress({
          items: 1_204,
          itemsTotal: 4_012,
          bytes: 25_000_000,
          bytesTotal: 100_000_000,
          itemsPerSecond: 38,
          secondsLeft: 75,
        }),
      ),
    ).toEqual({
      percent: 25,
      parts: ['1,204 of 4,012 items', '25 MB of 100 MB', '38 items/s', '1 MB/s', 'about 1 minute left'],
    });
  });
  it('invents nothing that is not known', () => {
    expect(progressParts(progress({ items: 5 }))).toEqual({ percent: null, parts: ['5 items'] });
    expect(progressParts(progress({ items: 5, itemsTotal: 10 })).percent).toBe(50);
  });
});

it('a plan is summed up with the deletes last', () => {
  expect(
    planSummary([
      { record: 'a', action: 'delete' },
      { record: 'b', action: 'add' },
      { record: 'c', action: 'delete' },
    ]),
  ).toBe('1 added, 2 deleted');
  expect(planSummary([])).toBe('nothing');
});

describe('problems', () => {
  const problem = (collection: string, code: string, record: string): ProblemView => ({
    collection,
    source: 's',
    record,
    code,
    detail: '',
    since: '',
  });
  it('of one kind in one collection stand together, largest group first, none lost', () => {
    const problems = [
      problem('a', 'io', '1'),
      problem('b', 'io', '2'),
      problem('b', 'io', '3'),
      problem('b', 'malformed', '4'),
    ];
    const groups = groupProblems(problems, new Map());
    expect(groups[0]?.problems.map((one) => one.record)).toEqual(['2', '3']);
    expect(groups.flatMap((group) => group.problems)).toHaveLength(problems.length);
  });
  it('of a calendar that somebody else publishes is no matter of rights on this computer, and ends by an undo', () => {
    const [published, owned] = [
      problem('a', 'not-writable', '1'),
      { ...problem('a', 'no-permission', '2'), source: 'own' },
    ];
    const formats = new Map([
      ['s', 'subscription'],
      ['own', 'icalendar'],
    ]);
    const [first, second] = groupProblems([published, owned], formats).map(({ kind }) => kind);
    expect([first, second].map((kind) => isEndedByUndo(kind ?? ''))).toEqual([true, false]);
    expect(problemAdvice(first ?? '')).toMatch(/undo the change/);
    expect(problemAdvice(second ?? '')).toMatch(/Allow your user/);
  });
  it('of a place that may only be read stand there item by item, for each can be undone', () => {
    const changes = [{ record: '1', title: 'Ada' }, { record: '2' }];
    const [group] = groupProblems([{ ...problem('a', 'not-writable', 's'), changes }], new Map([['s', 'carddav']]));
    expect(group?.problems).toMatchObject([{ record: '1', title: 'Ada', detail: '' }, { record: '2' }]);
    expect(isEndedByUndo(group?.kind ?? '')).toBe(true);
    expect(problemAdvice(group?.kind ?? '')).toMatch(/right to write there/);
  });
  it('each has a title and advice, also one nobody knows', () => {
    expect(problemTitle('names-collide')).toBe('Two names that are one here');
    expect(problemTitle('of-a-later-version')).toBe('Of a later version');
    expect(problemAdvice('disk-full')).toContain('space');
    expect(problemAdvice('never-heard-of')).not.toBe('');
  });
});
