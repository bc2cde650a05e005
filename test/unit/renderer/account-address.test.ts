import { expect, it } from 'vitest';
import { isPublished, withUser } from '../../../src/renderer/sources/account-address.ts';

it.each([
  ['https://example.org/choir.ics', true],
  ['https://example.org/choir.ICS?key=1', true],
  ['webcal://example.org/choir', true],
  ['https://example.org/dav/ana/', false],
  ['https://example.org/?next=choir.ics', false],
  ['/home/ana/choir.ics', false],
])('%s is the address of a published calendar: %s', (place, is) => expect(isPublished(place)).toBe(is));

it('an address is asked with the user that was typed beside it, unless it names one', () => {
  expect(withUser('https://example.org/', 'ana b')).toBe('https://ana%20b@example.org/');
  expect(withUser('https://bo@example.org/', 'ana')).toBe('https://bo@example.org/');
});
