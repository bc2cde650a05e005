import { expect, it } from 'vitest';
import type { PeerView, WaitingContentsView } from '../../../src/contract/contract.ts';
import { waitingContents, waitingContentsWords } from '../../../src/contract/waiting-words.ts';

const waiting = (more: Partial<WaitingContentsView>): WaitingContentsView => ({
  lacking: 'here',
  why: 'large',
  records: 1,
  named: ['film.mkv'],
  ...more,
});

it('says what waits, why, and what helps, on the device that lacks it and on the one that has it', () => {
  expect(waitingContentsWords('files', waiting({}))).toBe(
    'film.mkv is too large to wait at the relay (more than 256 MiB). It comes once this device and one that has it are on at the same time',
  );
  expect(waitingContentsWords('contacts', waiting({ lacking: 'there', named: ['Ana'] }))).toBe(
    'Ana is too large to wait at the relay (more than 7 MiB). It goes once this device and the one that lacks it are on at the same time',
  );
  expect(waitingContentsWords('files', waiting({ why: 'room', lacking: 'there' }))).toMatch(
    /^The relay has no room for the content of film.mkv\. Connect .* same network, .* or give the relay more room$/,
  );
  expect(waitingContentsWords('files', waiting({ why: 'away' }))).toBe(
    'No device that is reached now has the content of film.mkv. It comes once one that has it is on',
  );
  expect(waitingContentsWords('files', waiting({ why: 'silent', silent: ['Desk'] }))).toBe(
    'Desk is linked and sends nothing of the contents asked for, maybe outside the hours set there. film.mkv comes once that goes on, or from another device that has it. Restart Lockstep there if it lasts',
  );
  expect(
    waitingContentsWords('files', waiting({ why: 'silent', silent: ['Desk', 'Attic'], records: 2, named: ['a', 'b'] })),
  ).toMatch(/^Desk and Attic are linked and send nothing of .*\. a and b come once that .* that has them\. /);
});

it('names a few of many', () => {
  const words = (records: number, ...named: string[]) => waitingContentsWords('files', waiting({ records, named }));
  expect(words(2, 'a', 'b')).toMatch(
    /^a and b are too large .* They come once this device and one that has them are on/,
  );
  expect(words(3, 'a', 'b', 'c')).toMatch(/^a, b and c are/);
  expect(words(1204, 'a', 'b', 'c')).toMatch(/^a, b and 1,202 others are/);
});

it('is one sentence for each reason, and none where nothing waits', () => {
  const [desk, attic] = ['Desk', 'Attic'].map((name) => ({ name }) as PeerView) as [PeerView, PeerView];
  expect(waitingContents({ kind: 'files', peers: [] })).toEqual([]);
  const contents = [waiting({}), waiting({ lacking: 'there', why: 'room' })];
  expect(waitingContents({ kind: 'files', contents, peers: [desk, attic] })).toHaveLength(2);
  // Of two devices the other one is called by its name.
  expect(waitingContents({ kind: 'files', contents: [waiting({}), waiting({ why: 'away' })], peers: [desk] })).toEqual([
    expect.stringMatching(/once this device and Desk are on at the same time$/),
    expect.stringMatching(/It comes once Desk is on$/),
  ]);
});
