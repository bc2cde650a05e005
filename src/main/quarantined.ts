import { decompressBody } from './change-log/compress-body.ts';
import { bodyIn } from './change-log/package.ts';
import { decodeBody } from './change-log/package-body.ts';
import type { Dot, MemberKey } from './record/ids.ts';
import type { QuarantinedPackage } from './store/quarantine-store.ts';

/** What is set aside of one member. */
export interface Quarantined {
  readonly packages: number;
  /** The records those packages change. */
  readonly records: readonly string[];
}

/** Records that are named in a sentence at most. */
const NAMED = 5;

/** What is set aside, by who wrote it. */
export function quarantinedBy(packages: readonly QuarantinedPackage[]): ReadonlyMap<MemberKey, Quarantined> {
  const found = new Map<MemberKey, Quarantined>();
  for (const { member, bytes } of packages) {
    const known = found.get(member);
    const records = new Set([...(known?.records ?? []), ...recordsIn(bytes)]);
    found.set(member, { packages: (known?.packages ?? 0) + 1, records: [...records] });
  }
  return found;
}

/** What a person is told of it. */
export function quarantineText({ packages, records }: Quarantined): string {
  const named = records.slice(0, NAMED).join(', ');
  const more = records.length > NAMED ? ` and ${records.length - NAMED} more` : '';
  const what = packages === 1 ? 'one package' : `${packages} packages`;
  return `What it wrote after it had been removed or made a reader is set aside, ${what}: ${named}${more}. Take it, or let go of it.`;
}

function recordsIn(bytes: Uint8Array): readonly string[] {
  try {
    const changes = decodeBody(decompressBody(bodyIn(bytes)), () => 0 as Dot);
    return changes.flatMap((change) => ('record' in change ? [change.record] : []));
  } catch {
    // Whoever wrote it obeyed no rule; there is nothing in it to take.
    return [];
  }
}
