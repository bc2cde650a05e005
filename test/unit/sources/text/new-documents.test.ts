import { describe, expect, it } from 'vitest';
import { recordId } from '../../../../src/main/record/ids.ts';
import { icalendarFormat } from '../../../../src/main/sources/calendars/icalendar/icalendar-format.ts';
import type { Known } from '../../../../src/main/sources/text/known-revisions.ts';
import { NewDocuments } from '../../../../src/main/sources/text/new-documents.ts';

const place = {
  newName: (uid: string, isTaken: (name: string) => boolean): string => {
    for (let at = 1; ; at++) if (!isTaken(`${uid}-${at}`)) return `${uid}-${at}`;
  },
};
const known = (documents: { readonly [name: string]: readonly string[] }): (() => Known) => {
  const items = Object.entries(documents).map(
    ([name, ids]) => [name, ids.map((id) => ({ id: recordId(id) }))] as const,
  );
  return () => ({ in: new Map(items) }) as unknown as Known;
};

describe('the documents of new items', () => {
  it('are one for each, in nobody\u2019s way', () => {
    const documents = new NewDocuments(icalendarFormat, place, known({ 'a-1': ['a'] }));
    expect([documents.of(recordId('a')), documents.of(recordId('a')), documents.of(recordId('b'))]).toEqual([
      'a-2',
      'a-3',
      'b-1',
    ]);
  });

  it('are one for occurrences of one series that is not beside them, whether they stand there or are new', () => {
    const documents = new NewDocuments(icalendarFormat, place, known({ there: ['s#2026-03-01T09:00:00'] }));
    const of = (id: string): string => documents.of(recordId(id));
    expect(of('s#2026-03-08T09:00:00')).toBe('there');
    expect(of('t#2026-03-08')).toBe('t#2026-03-08-1');
    expect(of('t#2026-03-09')).toBe('t#2026-03-08-1');
    expect(of('s#2')).toBe('s#2-1');
  });
});
