import { describe, expect, it } from 'vitest';
import { assignKeys } from '../../../../src/main/sources/calendars/icalendar/assign-keys.ts';

const address = 'mailto:b@example.com';
const entry = (more: { readonly [name: string]: string }) => ({ calendarAddress: address, ...more });
const keyless = (more: { readonly [name: string]: string }) => ({ value: entry(more), identity: address });

describe('the keys of two entries that are known by the same', () => {
  const previous = new Map([
    ['k1', entry({ name: 'Ann', kind: 'individual', status: 'accepted' })],
    ['k2', entry({ name: 'Ben', kind: 'group', status: 'declined' })],
  ]);
  const keysOf = (...entries: ReturnType<typeof keyless>[]) =>
    assignKeys('participants', entries, previous, { identity: () => address });

  it('go to those that are equal, in whichever order they stand', () => {
    expect(
      keysOf(
        keyless({ name: 'Ben', kind: 'group', status: 'declined' }),
        keyless({ name: 'Ann', kind: 'individual', status: 'accepted' }),
      ),
    ).toEqual(['k2', 'k1']);
  });
  it('go to those with which most is in common, where none is equal', () => {
    expect(
      keysOf(
        keyless({ name: 'Ben', kind: 'group', status: 'accepted' }),
        keyless({ name: 'Ann', kind: 'individual', status: 'declined' }),
      ),
    ).toEqual(['k2', 'k1']);
  });
  it('are as they were made, where they are more than are compared', () => {
    const many = new Map(Array.from({ length: 50 }, (_, at) => [`k${at}`, entry({ name: `N${at}` })]));
    expect(assignKeys('participants', [keyless({ name: 'N7', kind: 'x' })], many, { identity: () => address })).toEqual(
      ['k0'],
    );
  });
});
