import type { CheckView, CollectionView } from '../../contract/contract.ts';
import { relayName, relaysInUse } from '../../contract/relay-words.ts';

/** What `doctor` says of each relay in use. */
export function relayChecks(collections: readonly CollectionView[]): readonly CheckView[] {
  return relaysInUse(collections).map(({ url, tone, text, isFull }) => {
    const ok = tone !== 'attention';
    const detail = text.includes(relayName(url)) ? text : `${relayName(url)}: ${text}`;
    return { check: 'relay', ok, detail, fix: ok ? null : isFull ? MORE_ROOM : REACH_IT };
  });
}

const REACH_IT = 'See that it runs there (lockstep relay serve), and that this device gets to that address and port.';
const MORE_ROOM =
  'Have the devices on at the same time, or connect them to the same network: then nothing has to wait there. Or give it more room: free space on its ' +
  'disk, or start it with more for each collection (lockstep relay serve --room GIB).';
