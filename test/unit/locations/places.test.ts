import { describe, expect, it } from 'vitest';
import { type Places, readPlaces, writePlaces } from '../../../src/main/locations/places.ts';
import { collectionId, deviceId, sourceId } from '../../../src/main/record/ids.ts';

const settings = { only: ['docs/'], ignore: ['*.tmp'], readOnly: false };
const places: Places = {
  collections: [
    {
      id: collectionId('c'.repeat(32)),
      name: 'Dokümente "x"',
      kind: 'files',
      sources: [{ id: sourceId('s1'), location: '/home/änne/docs', format: 'folder', settings }],
    },
  ],
  addresses: [{ device: deviceId('d'.repeat(64)), addresses: ['10.0.0.2:21027'] }],
};

describe('the file of places', () => {
  it('gives back what was written', () => {
    expect(readPlaces(writePlaces(places))).toEqual(places);
    expect(readPlaces(writePlaces({ collections: [], addresses: [] }))).toEqual({ collections: [], addresses: [] });
  });
  it('can be read by people, and ends with a line', () => {
    expect(writePlaces(places)).toContain('\n    "location": "/home/änne/docs"'.slice(5));
    expect(writePlaces(places).endsWith('}\n')).toBe(true);
  });

  const whole = JSON.parse(writePlaces(places)) as { collections: unknown[]; addresses: unknown[] };
  const [collection] = whole.collections as [{ sources: unknown[] }];
  const damaged: readonly [string, unknown][] = [
    ['of another version', { ...whole, version: 2 }],
    ['of no version', { collections: [], addresses: [] }],
    ['without collections', { version: 1, addresses: [] }],
    ['without addresses', { version: 1, collections: [] }],
    ['of nothing', null],
    ['that is a list', []],
    ['with a collection that is none', { ...whole, collections: [null] }],
    ['with a collection that is a number', { ...whole, collections: [5] }],
    ['with a collection without an id', { ...whole, collections: [{ ...collection, id: undefined }] }],
    ['with a collection whose name is none', { ...whole, collections: [{ ...collection, name: 5 }] }],
    ['with a collection of a kind there is not', { ...whole, collections: [{ ...collection, kind: 'mail' }] }],
    ['with a collection without sources', { ...whole, collections: [{ ...collection, sources: undefined }] }],
    ['with a source that is none', { ...whole, collections: [{ ...collection, sources: ['/home'] }] }],
    [
      'with a source without settings',
      { ...whole, collections: [{ ...collection, sources: [{ id: 's', location: '/x', format: 'folder' }] }] },
    ],
    [
      'with settings of another form',
      {
        ...whole,
        collections: [
          { ...collection, sources: [{ id: 's', location: '/x', format: 'folder', settings: { only: 'x' } }] },
        ],
      },
    ],
    [
      'with a source of which it is not said whether it is only read',
      {
        ...whole,
        collections: [
          {
            ...collection,
            sources: [{ id: 's', location: '/x', format: 'folder', settings: { only: [], ignore: [] } }],
          },
        ],
      },
    ],
    ['with addresses that are none', { ...whole, addresses: [{ device: 'd', addresses: 'here' }] }],
    ['with an address that is a number', { ...whole, addresses: [{ device: 'd', addresses: [5] }] }],
  ];
  it.each(damaged)('is as if there were none, %s', (_, content) => {
    expect(readPlaces(JSON.stringify(content))).toBeNull();
  });
  it.each(['', '{', 'null', writePlaces(places).slice(0, -4)])(
    'is as if there were none where it is cut off: %j',
    (text) => {
      expect(readPlaces(text)).toBeNull();
    },
  );
});
