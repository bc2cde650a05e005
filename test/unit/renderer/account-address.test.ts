import { expect, it } from 'vitest';
import {
  addressToConfirm,
  isAddress,
  isPublished,
  userIn,
  withUser,
} from '../../../src/renderer/sources/account-address.ts';

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

it.each([
  ['ana@example.org', 'ana@example.org'],
  ['example.org', null],
  ['https://ana%40example.org@dav.example.org/', 'ana@example.org'],
  ['https://a%zz@example.org/', null],
])('%s is a server, and says itself who asks there: %s', (place, user) =>
  expect([isAddress(place), userIn(place)]).toEqual([true, user]),
);
it.each(['/home/ana@example.org', '~/x.org', 'contacts.vcf', 'people'])('%s is none', (place) =>
  expect(isAddress(place)).toBe(false),
);

it.each([
  ['other-host', 'https://ana@dav.elsewhere.net/', 'https://ana@dav.elsewhere.net/'],
  ['other-host', 'https://dav.elsewhere.net', null],
  ['not-allowed', 'https://ana@dav.elsewhere.net/', null],
])('%s about %s: to be confirmed is %s', (code, subject, address) =>
  expect(addressToConfirm({ code, subject, message: '' })).toBe(address),
);
