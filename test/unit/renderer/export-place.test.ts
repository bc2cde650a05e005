import { expect, it } from 'vitest';
import type { SourceView } from '../../../src/contract/contract.ts';
import { exportPlace } from '../../../src/renderer/sources/export-place.ts';

const at = (...locations: string[]) => locations.map((location) => ({ location }) as SourceView);

it('a copy goes beside the first place on a disk, with the ending of its format', () => {
  const people = { name: 'People', sources: at('https://dav.example/ana', '/home/ana/people.vcf') };
  expect(exportPlace(people, 'csv-google', '2026-11-29')).toBe('/home/ana/People 2026-11-29.csv');
  expect(exportPlace(people, 'vcard3', '2026-11-29')).toBe('/home/ana/People 2026-11-29.vcf');
  expect(exportPlace(people, 'vcard-folder', '2026-11-29')).toBe('/home/ana/People 2026-11-29');
  expect(exportPlace(people, 'thunderbird', '2026-11-29')).toBe('/home/ana/People 2026-11-29.sqlite');
});

it('a name that no file can have is made one; without a place on a disk there is but the name', () => {
  const work = { name: 'Work/2026: all', sources: at('https://dav.example/ana') };
  expect(exportPlace(work, 'icalendar', '2026-11-29')).toBe('Work-2026- all 2026-11-29.ics');
  const win = { name: 'Work', sources: at('C:\\ana\\work.ics') };
  expect(exportPlace(win, 'icalendar', '2026-11-29')).toMatch(/^C:.*ana\\Work 2026-11-29\.ics$/);
});
