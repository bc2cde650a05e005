import { expect, it } from 'vitest';
import { placeLabels } from '../../../src/contract/place-labels.ts';

it('places are called by their last part, and by as much more as tells them apart', () => {
  const labelsOf = (...places: string[]) => [...placeLabels(places).values()];
  expect(labelsOf('/home/ana/people.vcf', '/home/ana/google.csv')).toEqual(['people.vcf', 'google.csv']);
  expect(labelsOf('/home/ana/a/people.vcf', '/media/b/people.vcf')).toEqual(['a/people.vcf', 'b/people.vcf']);
  expect(labelsOf('/people', '/home/people')).toEqual(['/people', '/home/people']);
  expect(labelsOf('C:\\Users\\ana\\people.vcf')).toEqual(['people.vcf']);
  expect(labelsOf('https://ana@host/dav/work/', 'https://ana@host/dav/home/')).toEqual(['work', 'home']);
  expect(labelsOf('/same', '/same')).toEqual(['same']);
});
