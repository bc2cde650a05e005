import { decompressBody } from '../change-log/compress-body.ts';
import { bodyIn } from '../change-log/package.ts';
import { decodeBody } from '../change-log/package-body.ts';
import type { Dot, MemberKey } from '../record/ids.ts';
import type { QuarantinedPackage } from '../store/quarantine-store.ts';

/** What is set aside of one member. */
export interface Quarantined {
  /** What those packages change. */
  readonly records: readonly string[];
}

/** Records that are named in a sentence at most. */
const NAMED = 5;

/** What is set aside, by who wrote it. */
export function quarantinedBy(
  packages: readonly Pick<QuarantinedPackage, 'member' | 'bytes'>[],
): ReadonlyMap<MemberKey, Quarantined> {
  const found = new Map<MemberKey, Quarantined>();
  for (const { member, bytes } of packages) {
    const records = new Set([...(found.get(member)?.records ?? []), ...recordsIn(bytes)]);
    found.set(member, { records: [...records] });
  }
  return found;
}

/** What a person is told of it. */
export function quarantineText(waits: Quarantined): string {
  return `What it wrote after it had been removed or made a reader is set aside: ${namesIn(waits)}. Take it, or let go of it.`;
}
/** What a person is told at the device that wrote it. */
export function notTakenText(waits: Quarantined): string {
  return `The others have not taken what this device wrote before it knew that it may only read: ${namesIn(waits)}. An admin can take it there.`;
}

function namesIn({ records }: Quarantined): string {
  const more = records.length > NAMED ? ` and ${records.length - NAMED} more` : '';
  return `${records.slice(0, NAMED).join(', ')}${more}`;
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
