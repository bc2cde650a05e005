import type { CheckView, CollectionView } from '../../contract/contract.ts';
import { relayName, relaysInUse } from '../../contract/relay-words.ts';

/** What `doctor` says of each relay in use. */
export function relayChecks(collections: readonly CollectionView[]): readonly CheckView[] {
  return relaysInUse(collections).map(({ url, tone, text }) => {
    const ok = tone !== 'attention';
    const detail = text.includes(relayName(url)) ? text : `${relayName(url)}: ${text}`;
    const fix = 'See that it runs there (lockstep relay serve), and that this device gets to that address and port.';
    return { check: 'relay', ok, detail, fix: ok ? null : fix };
  });
}
