import type { CollectionView, Kind, WaitingContentsView } from './contract.ts';
import { numberText } from './number-text.ts';

/** What is too large to wait at a relay: files, and parts of other records. */
const LARGEST: { readonly [kind in Kind]: string } = { files: '256 MiB', contacts: '7 MiB', calendar: '7 MiB' };

/** `a`, `a and b`, `a, b and c`. */
const listedNames = (names: readonly string[]): string =>
  names.length <= 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** `a`, `a and b`, `a, b and 3 others`: of so many records those that are named. */
function namesOf({ named, records }: WaitingContentsView): string {
  const shown = records > named.length ? named.slice(0, 2) : named;
  const others = records - shown.length;
  return listedNames(others > 0 ? [...shown, `${numberText(others)} ${others === 1 ? 'other' : 'others'}`] : shown);
}

/**
 * Why contents of a collection wait, and what helps: a sentence without a full stop at its end. `only`: the name of the other device, where
 * there is but one; null: there are several.
 */
export function waitingContentsWords(kind: Kind, waiting: WaitingContentsView, only: string | null = null): string {
  const names = namesOf(waiting);
  const [is, it, come, comes, goes] =
    waiting.records === 1
      ? ['is', 'it', 'comes', 'It comes', 'It goes']
      : ['are', 'them', 'come', 'They come', 'They go'];
  const isHere = waiting.lacking === 'here';
  const other = only ?? (isHere ? `one that has ${it}` : `the one that lacks ${it}`);
  const both = `this device and ${other}`;
  switch (waiting.why) {
    case 'large':
      return `${names} ${is} too large to wait at the relay (more than ${LARGEST[kind]}). ${isHere ? comes : goes} once ${both} are on at the same time`;
    case 'room':
      return `The relay has no room for the content of ${names}. Connect ${both} to the same network, or have both on at the same time, or give the relay more room`;
    case 'silent':
      return `${silentWords(waiting.silent ?? [])} nothing of the contents asked for, maybe outside the hours set there. ${names} ${come} once that goes on, or from another device that has ${it}. Restart Lockstep there if it lasts`;
    case 'away':
      return `No device that is reached now has the content of ${names}. ${comes} once ${other} is on`;
  }
}

/** `Ana is linked and sends`, to be followed by what. */
const silentWords = (names: readonly string[]): string =>
  `${listedNames(names)} ${names.length === 1 ? 'is linked and sends' : 'are linked and send'}`;

/** All of it for one collection, in the order of the view. */
export function waitingContents(of: Pick<CollectionView, 'kind' | 'contents' | 'peers'>): readonly string[] {
  const { kind, contents, peers } = of;
  const only = peers.length === 1 ? (peers[0]?.name ?? null) : null;
  return (contents ?? []).map((waiting) => waitingContentsWords(kind, waiting, only));
}
