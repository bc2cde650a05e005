import { describe, expect, it } from 'vitest';
import type { CollectionView, PeerView, RequestView, StatusView } from '../../../src/contract/contract.ts';
import {
  collectionSentence,
  collectionTone,
  counted,
  haltAdvice,
  listed,
  overallState,
  overallStateWhole,
} from '../../../src/contract/overall-state.ts';

const laptop: PeerView = { device: 'l', name: 'Laptop', state: 'linked', link: 'lan', behind: 0 };
const attic: PeerView = { device: 'a', name: 'Attic', state: 'offline', link: null, behind: 3 };
const source = { id: 's', location: '/docs', format: 'folder', state: 'ready', reason: null, plan: null } as const;
const collection = (change: Partial<CollectionView> = {}): CollectionView => ({
  id: 'c',
  name: 'Docs',
  kind: 'files',
  state: 'in-step',
  records: 3,
  outside: 0,
  conflicts: 0,
  problems: 0,
  sources: [source],
  peers: [laptop],
  progress: null,
  relay: null,
  ...change,
});
const status = (...collections: CollectionView[]): StatusView => ({
  device: { id: 'd', name: 'Desk' },
  links: { bytesIn: 0, bytesOut: 0 },
  collections,
});
const request: RequestView = {
  request: 'r',
  device: 'k',
  name: 'Kitchen',
  collection: 'c',
  collectionName: 'Docs',
  role: 'editor',
  records: 3,
  code: '123456',
  at: '2026-01-01T00:00:00Z',
};
const halted = collection({
  name: 'Music',
  state: 'halted',
  sources: [{ ...source, state: 'halted', reason: 'everything is gone' }],
});
const JOINING = {
  collection: 'c',
  name: 'Docs',
  location: '/docs',
  state: 'waiting-for-approval',
  code: '1',
  why: null,
} as const;
const sentence = (view: StatusView, requests: readonly RequestView[] = []) => overallState(view, requests).sentence;

describe('overallState', () => {
  it('has of a name as long as somebody liked the beginning, so that what it says of it is in sight too', () => {
    const long = 'Papers of the years since we moved '.repeat(6).trim();
    const brief = 'Papers of the years since we m…';
    const stopped = { ...halted, name: long, peers: [{ ...laptop, name: long }] };
    const asking = { ...request, name: long, collectionName: long };
    expect(overallState(status(stopped), [asking])).toMatchObject({
      sentence: `${brief} is halted: everything is gone`,
      detail: `Also ${brief} asks to join`,
    });
    expect(overallState(status(), [asking]).sentence).toBe(`${brief} asks to join ${brief}`);
    expect(sentence(status({ ...collection(), state: 'waiting', peers: [{ ...attic, name: long }] }))).toBe(
      `Waiting for ${brief}`,
    );
    const decided = collection({ conflicts: 1, decidedBy: [long] });
    expect(sentence(status(decided))).toBe(`1 conflict waits for ${brief}`);
    expect(sentence({ ...status(), joining: [{ ...JOINING, name: long }] })).toBe(`Waiting to be let into ${brief}`);
    expect(overallStateWhole(status(stopped), []).sentence).toBe(`${long} is halted: everything is gone`);
    const family = '👨‍👩‍👧‍👦'.repeat(30);
    expect(sentence(status(collection({ state: 'working', name: family })))).toBe(`Bringing ${family} into step`);
    expect(sentence(status(collection({ state: 'working', name: `${family}👨‍👩‍👧‍👦` })))).toBe(
      `Bringing ${family}… into step`,
    );
  });
  it.each([
    ['nothing is kept', status(), 'Nothing is kept in step yet', 'neutral'],
    ['all in step', status(collection(), collection({ id: 'e' })), 'In step with 1 device', 'good'],
    ['nobody shares it', status(collection({ peers: [] })), 'On this device only so far', 'neutral'],
    ['one works', status(collection({ state: 'working' }), collection()), 'Bringing Docs into step', 'busy'],
    ['one waits', status(collection({ state: 'waiting', peers: [laptop, attic] })), 'Waiting for Attic', 'waiting'],
    ['all paused', status(collection({ state: 'paused' })), 'Paused', 'neutral'],
    [
      'a place that is not there',
      status(
        collection({ state: 'halted', sources: [{ ...source, state: 'unavailable', reason: 'its disk is away' }] }),
      ),
      'Docs is not available: its disk is away',
      'stopped',
    ],
    ['a halt', status(halted, collection({ conflicts: 2 })), 'Music is halted: everything is gone', 'stopped'],
    [
      'a conflict that others settle',
      status(collection({ conflicts: 1, decidedBy: ['Laptop', 'Attic'] })),
      '1 conflict waits for Laptop or Attic',
      'waiting',
    ],
    ['one conflict', status(collection({ conflicts: 1 })), '1 conflict waits for you', 'attention'],
    [
      'conflicts',
      status(collection({ conflicts: 2 }), collection({ conflicts: 1 })),
      '3 conflicts wait for you',
      'attention',
    ],
    ['problems', status(collection({ state: 'problem', problems: 1 })), '1 item is not in step', 'attention'],
    [
      'places that may only be read',
      status(...[1, 1].map((problems) => collection({ state: 'problem', problems, readOnlyPlaces: 1 }))),
      'Changes wait for 2 places that may only be read',
      'attention',
    ],
  ] as const)('%s', (_name, view, expected, tone) => {
    expect(overallState(view, [])).toMatchObject({ sentence: expected, tone });
  });

  it('says what is a problem on another device, and where', () => {
    const desk = { ...laptop, device: 'd', name: 'Desk', problems: 2 };
    const view = status(
      collection({ peers: [laptop, desk] }),
      collection({ id: 'e', peers: [{ ...laptop, problems: 1 }] }),
    );
    expect(overallState(view, [])).toEqual({
      tone: 'attention',
      sentence: 'In step with 2 devices, but for 3 items on Desk and Laptop',
      detail: 'The reason for each stands under Problems there',
      page: 'devices',
    });
    const conflict = collection({ conflicts: 1, peers: [desk] });
    expect(overallState(status(conflict), []).detail).toBe('Also 2 items on Desk not in step');
    const [first] = view.collections;
    expect(first && [collectionTone(first), collectionSentence(first)]).toEqual([
      'attention',
      'In step with Laptop and Desk, but for 2 items on Desk',
    ]);
  });

  it('says good only where every collection that is not paused is in step', () => {
    for (const state of ['working', 'waiting', 'halted', 'problem'] as const) {
      expect(overallState(status(collection(), collection({ state })), []).tone).not.toBe('good');
      expect(sentence(status(collection(), collection({ state })))).not.toMatch(/^In step/);
    }
    expect(overallState(status(collection(), collection({ state: 'paused', name: 'Books' })), [])).toMatchObject({
      tone: 'good',
      detail: 'Books is paused',
    });
  });

  it('says whether what others lack waits at a relay, so that this device may be switched off', () => {
    const relay = { url: 'https://r:1', state: 'level', waiting: 0, why: null } as const;
    const waits = collection({ state: 'waiting', peers: [attic], relay });
    const detail = (...collections: CollectionView[]) => overallState(status(...collections), []).detail;
    expect(detail(waits, collection())).toBe('The changes wait at the relay');
    expect(detail(waits, collection({ state: 'paused', name: 'Books' }))).toBe(
      'The changes wait at the relay; Books is paused',
    );
    expect(detail(waits, { ...waits, relay: { ...relay, state: 'working', waiting: 2 } })).toBe(
      'What they lack is being put up at the relay',
    );
    expect(detail(waits, { ...waits, relay: null })).toBeNull();
    expect(detail({ ...waits, relay: { ...relay, state: 'offline' } })).toBeNull();
    // It is this device that lacks something.
    expect(detail({ ...waits, peers: [{ ...attic, behind: 0 }] })).toBeNull();
  });

  it('a source that is not there is told by its reason', () => {
    const gone = collection({
      state: 'problem',
      sources: [{ ...source, state: 'unavailable', reason: 'The disk is not there' }],
    });
    expect(overallState(status(gone), [])).toMatchObject({ sentence: 'Docs: The disk is not there', tone: 'stopped' });
  });

  it('a join that waits, or that came to nothing, is no empty device', () => {
    const joining = {
      collection: 'g',
      name: 'Garden',
      location: '/g',
      code: '123456',
      state: 'waiting-for-approval' as const,
      why: null,
    };
    const waits = { ...status(), joining: [joining] };
    expect(overallState(waits, [])).toMatchObject({ sentence: 'Waiting to be let into Garden', tone: 'waiting' });
    const refused = { ...status(collection()), joining: [{ ...joining, why: 'the request was denied there' }] };
    expect(overallState(refused, [])).toMatchObject({
      sentence: 'Garden was not joined',
      detail: 'the request was denied there',
      tone: 'attention',
    });
  });

  it('two that are not there are named, after conflicts and before problems', () => {
    const away = (name: string) =>
      collection({ name, state: 'halted', sources: [{ ...source, state: 'unavailable', reason: 'its disk is away' }] });
    expect(overallState(status(away('Docs'), away('Music')), [])).toMatchObject({
      sentence: 'Docs and Music are not available',
      tone: 'stopped',
    });
    expect(sentence(status(away('Docs'), collection({ conflicts: 1 })))).toBe('1 conflict waits for you');
    expect(collectionSentence(away('Docs'))).toBe('Not available: its disk is away');
    const gone = (location: string, state: 'ready' | 'unavailable' = 'unavailable') => ({
      ...source,
      location,
      state,
      reason: state === 'ready' ? null : `${location} is not there. Nothing was deleted elsewhere.`,
    });
    const one = collection({ name: 'Docs', state: 'halted', sources: [gone('/a. b/c.vcf')] });
    expect(collectionSentence(one)).toBe('Not available: it is not there');
    expect(sentence(status(one))).toBe('Docs is not available: /a. b/c.vcf is not there');
    const two = collection({ state: 'halted', sources: [gone('/a', 'ready'), gone('/b')] });
    expect(collectionSentence(two)).toBe('Not available: /b is not there');
    const all = status(halted, away('Docs'), away('Photos'), collection({ conflicts: 10, problems: 1 }));
    expect(overallState(all, [request])).toMatchObject({
      sentence: 'Music is halted: everything is gone',
      detail: 'Also Kitchen asks to join, 10 conflicts, Docs and Photos not available, 1 problem',
    });
    expect(overallState(status(away('Docs'), collection({ conflicts: 10 })), [])).toMatchObject({
      sentence: '10 conflicts wait for you',
      detail: 'Also Docs not available',
    });
    expect(overallState(status(away('Docs')), []).detail).toMatch(/^Nothing is deleted/);
  });

  it('a request to join comes before conflicts and after halts', () => {
    const view = status(collection({ conflicts: 1, problems: 2 }));
    expect(overallState(view, [request])).toMatchObject({
      sentence: 'Kitchen asks to join Docs',
      detail: 'Also 1 conflict, 2 problems',
      page: 'devices',
    });
    expect(overallState(view, []).detail).toBe('Also 2 problems');
    expect(sentence(status(halted), [request])).toContain('Music is halted');
  });
});

describe('in step is said of who is here, and of what every device shows the same', () => {
  const gone: PeerView = { ...attic, behind: 0 };
  it.each([
    ['somebody is away', { peers: [laptop, gone] }, 'In step with Laptop; Attic is offline', 'good'],
    [
      'one is known of through the other',
      { peers: [laptop, { ...gone, through: 'Laptop' }] },
      'In step with Laptop and Attic',
      'good',
    ],
    ['all are away', { peers: [gone] }, 'Attic is offline', 'waiting'],
    ['each device keeps its version', { conflicts: 2 }, '2 conflicts wait for you', 'attention'],
    ['nobody shares it', { peers: [] }, 'On this device only so far', 'neutral'],
  ] as const)('%s', (_name, change, words, tone) => {
    expect(collectionSentence(collection(change))).toBe(words);
    expect(collectionTone(collection(change))).toBe(tone);
  });

  it('also of everything', () => {
    expect(overallState(status(collection({ peers: [laptop, gone] })), [])).toMatchObject({
      tone: 'good',
      sentence: 'In step with 1 device',
      detail: 'Attic is offline',
    });
    const alone = collection({ peers: [gone] });
    expect(overallState(status(alone), [])).toEqual({
      tone: 'waiting',
      sentence: 'Attic is offline',
      detail: 'Changes are exchanged when you meet again',
      page: 'sources',
    });
    const relay = { url: 'https://r:1', state: 'level', waiting: 0, why: null } as const;
    const relayed = { ...alone, relay };
    expect(overallState(status(relayed), []).detail).toBe('Changes go through the relay');
    for (const other of [alone, { ...relayed, relay: { ...relay, state: 'offline' as const } }])
      expect(overallState(status(relayed, other), []).detail).toBe('Changes are exchanged when you meet again');
  });
});

describe('collectionSentence', () => {
  it('names who is awaited, the stage, the reason', () => {
    const kitchen: PeerView = { ...laptop, device: 'k', name: 'Kitchen' };
    expect(collectionSentence(collection({ peers: [laptop, kitchen] }))).toBe('In step with Laptop and Kitchen');
    expect(collectionSentence(collection({ state: 'waiting', peers: [{ ...laptop, behind: 2 }, attic] }))).toBe(
      'Waiting for Laptop and Attic',
    );
    expect(collectionSentence(halted)).toBe('Halted: everything is gone');
    expect(haltAdvice(halted)).toBeNull();
    const reason = 'Everything in it is gone. Look whether its disk is there, then confirm.';
    const told = collection({ state: 'halted', sources: [{ ...source, state: 'halted', reason }] });
    expect([collectionSentence(told), haltAdvice(told)]).toEqual([
      'Halted: Everything in it is gone',
      'Look whether its disk is there, then confirm.',
    ]);
    const works = { state: 'working', peers: [{ ...laptop, behind: 2 }, attic] } as const;
    expect(collectionSentence(collection(works))).toBe('Sending what changed here to Laptop');
    expect(collectionSentence(collection({ ...works, sources: [{ ...source, state: 'scanning' }] }))).toBe(
      'Looking through it',
    );
    expect(collectionSentence(collection({ state: 'working' }))).toBe('Working');
    expect(collectionSentence(collection({ state: 'problem', problems: 1_200 }))).toBe('1,200 items not in step');
    expect(collectionSentence(collection({ state: 'problem', problems: 3, readOnlyPlaces: 1 }))).toBe(
      '2 items not in step, and changes wait for a place that may only be read',
    );
  });
});

it('counts and lists as people do', () => {
  expect([counted(1, 'item'), counted(0, 'item'), counted(2, 'entry', 'entries')]).toEqual([
    '1 item',
    '0 items',
    '2 entries',
  ]);
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd']].map(listed)).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
    'a, b and 2 others',
  ]);
});

it('says before all else that nothing of the device goes on, and what ends that', () => {
  const standstill = { sentence: 'The disk of /state is full', advice: 'Free some space there' };
  const view = { ...status(collection({ state: 'halted' })), standstill };
  expect(overallState(view, [])).toEqual({
    tone: 'stopped',
    sentence: standstill.sentence,
    detail: standstill.advice,
    page: null,
  });
});
