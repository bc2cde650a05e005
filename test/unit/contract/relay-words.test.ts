import { describe, expect, it } from 'vitest';
import type { CollectionView, DeviceView, PeerView, RelayView, Role } from '../../../src/contract/contract.ts';
import {
  leftToOthersWords,
  linkReach,
  relayFor,
  relayLeftToOthers,
  relayName,
  relaySentence,
  relaysInUse,
  waitingThere,
} from '../../../src/contract/relay-words.ts';
import { plain } from '../../fakes/sample-data.ts';

const URL_A = 'https://relay.example.org:8443#k=abc';
const level: RelayView = { url: URL_A, state: 'level', waiting: 0, why: null };
const laptop: PeerView = { device: 'l', name: 'Laptop', state: 'offline', link: null, behind: 3 };
const collection = (change: Partial<CollectionView> = {}): CollectionView => ({
  ...plain,
  id: 'c',
  name: 'Docs',
  sources: [],
  peers: [laptop],
  relay: level,
  ...change,
});
const text = (change: Partial<CollectionView>) => relaySentence(collection(change))?.text;

it('a relay is called by its host, and its port where that says something', () => {
  expect([URL_A, 'https://r.example:443', 'https://[::1]:9#k=x', 'https://r.example'].map(relayName)).toEqual([
    'relay.example.org:8443',
    'r.example',
    '[::1]:9',
    'r.example',
  ]);
});

describe('what a relay is about', () => {
  it('is nothing to be said where there is none, or nothing is exchanged', () => {
    for (const change of [{ relay: null }, { state: 'paused' }, { removed: true }] as const)
      expect(relaySentence(collection(change))).toBeNull();
  });
  it('names who is waited for there', () => {
    expect(relaySentence(collection())).toEqual({
      tone: 'waiting',
      text: '3 packages of changes wait at the relay for Laptop',
    });
    expect(text({ peers: [{ ...laptop, behind: 1 }] })).toBe('1 package of changes waits at the relay for Laptop');
    const attic = { ...laptop, device: 'a', name: 'Attic', behind: 1 };
    expect(text({ peers: [laptop, attic] })).toBe('Changes wait at the relay for Laptop and Attic');
    expect(
      relaySentence(
        collection({
          peers: [
            { ...laptop, behind: 0 },
            { ...attic, state: 'linked' },
          ],
        }),
      ),
    ).toEqual({
      tone: 'good',
      text: 'Nothing waits at the relay',
    });
  });
  it('says what is not there yet', () => {
    expect(text({ relay: { ...level, state: 'working', waiting: 12 } })).toBe(
      'Putting up 12 packages of changes at the relay',
    );
    expect(text({ relay: { ...level, state: 'working' } })).toBe('Exchanging with the relay');
    expect(text({ relay: { ...level, state: 'offline' } })).toBe('Connecting to the relay');
    expect(text({ relay: { ...level, state: 'offline', waiting: 1, why: 'Nothing listens there.' } })).toBe(
      'Nothing listens there. 1 package of changes is still to be put up',
    );
    expect(
      relaySentence(collection({ relay: { ...level, state: 'trouble', waiting: 2, why: 'It is full.' } })),
    ).toEqual({ tone: 'attention', text: 'It is full. 2 packages of changes are still to be put up' });
    expect(text({ relay: { ...level, state: 'off' } })).toBe('The relay is not used now');
  });
  it('claims nothing lies there that is not put up, or where that is not known', () => {
    expect(waitingThere({ ...level, state: 'working' }, laptop)).toBe(0);
    expect(waitingThere({ ...level, state: 'working', waiting: 2 }, laptop)).toBe(0);
    expect(waitingThere(level, laptop)).toBe(3);
    expect(waitingThere({ ...level, state: 'offline' }, laptop)).toBe(0);
    expect(waitingThere(level, { ...laptop, state: 'linked' })).toBe(0);
    expect(waitingThere(null, laptop)).toBe(0);
  });
});

describe('what relays do for a device that is away', () => {
  const away = { ...laptop, behind: 0 };
  const told = (peer: PeerView, relay: RelayView | null) => relayFor([{ peer, relay }])?.text;
  it('is told with what waits for it', () => {
    expect(told(laptop, level)).toBe('3 packages of changes wait for it at the relay');
    expect(told({ ...laptop, behind: 1 }, level)).toBe('1 package of changes waits for it at the relay');
    expect(told(laptop, { ...level, state: 'working', waiting: 3 })).toBe(
      'Your latest changes are being put up for it at the relay',
    );
    expect(told(away, level)).toBe('What changes here will wait for it at the relay');
    const two = [
      { peer: laptop, relay: level },
      { peer: laptop, relay: null },
    ];
    expect(relayFor(two)?.text).toBe('3 packages of changes wait for it at the relay');
  });
  it('is nothing where there is none that is connected, or the device is reached otherwise', () => {
    expect(relayFor([])).toBeNull();
    expect(told(laptop, null)).toBeUndefined();
    expect(told(laptop, { ...level, state: 'offline' })).toBeUndefined();
    expect(told({ ...laptop, state: 'linked' }, level)).toBeUndefined();
    expect(told({ ...laptop, through: 'Desk' }, level)).toBeUndefined();
  });
});

describe('relays in use', () => {
  const other = { ...level, url: 'https://other.example:443' };
  const told = (...relays: RelayView[]) => relaysInUse(relays.map((relay) => collection({ relay })));
  it('are told once each, with the collections that use them', () => {
    const used = relaysInUse([
      collection({ name: 'A' }),
      collection({ name: 'B', relay: other }),
      collection({ name: 'C' }),
      collection({ name: 'D', relay: null }),
      collection({ name: 'E', removed: true }),
    ]);
    expect(used.map(({ url, collections }) => [url, collections.map(({ name }) => name)])).toEqual([
      [URL_A, ['A', 'C']],
      ['https://other.example:443', ['B']],
    ]);
  });
  it('say connected only where nothing is amiss', () => {
    expect(told(level, { ...level, state: 'working' })).toMatchObject([{ tone: 'good', text: 'Connected' }]);
    const refused = { ...level, state: 'trouble', why: `The relay ${URL_A} refuses.` } as const;
    expect(told(level, refused)).toMatchObject([
      { tone: 'attention', text: 'The relay relay.example.org:8443 refuses' },
    ]);
    expect(told(level, { ...refused, why: null })[0]?.text).toBe('The relay does not do what it should');
    expect(told({ ...level, state: 'offline' })).toMatchObject([{ tone: 'waiting', text: 'Connecting' }]);
    expect(told({ ...level, state: 'off' })).toMatchObject([{ tone: 'neutral', text: 'Not used now' }]);
  });
});

describe('a collection that only others can give a relay', () => {
  const device = (name: string, self: boolean, role: Role): DeviceView => ({
    device: name,
    name,
    self,
    role,
    collections: ['c'],
    roles: { c: role },
    lastSeen: null,
  });
  const devices = [device('Desk', true, 'editor'), device('Laptop', false, 'admin'), device('Attic', false, 'reader')];
  it('is named, with who can', () => {
    const [one, ...more] = relayLeftToOthers([collection({ relay: null })], devices, URL_A);
    expect(more).toEqual([]);
    expect(one && leftToOthersWords(one)).toBe('Only an admin can set the relay of Docs: do it on Laptop.');
  });
  it('is none where it has that relay already, or this device is an admin, or was removed', () => {
    expect(relayLeftToOthers([collection()], devices, URL_A)).toEqual([]);
    expect(relayLeftToOthers([collection({ relay: null })], devices, '')).toEqual([]);
    expect(relayLeftToOthers([collection()], devices, '')).toHaveLength(1);
    expect(relayLeftToOthers([collection({ relay: null, removed: true })], devices, URL_A)).toEqual([]);
    expect(relayLeftToOthers([collection({ relay: null })], [device('Desk', true, 'admin')], URL_A)).toEqual([]);
  });
});

it('an invitation says from where it works', () => {
  expect(linkReach('lockstep://join#v=1&s=a&d=b&a=192.0.2.1:1')).toMatch(/^It works where this device is reached/);
  expect(linkReach(`lockstep://join#v=1&s=a&r=${encodeURIComponent(URL_A)}&a=x`)).toBe(
    'It works from anywhere while this device is on, through the relay relay.example.org:8443.',
  );
});
