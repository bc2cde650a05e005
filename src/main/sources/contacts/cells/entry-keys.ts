import { sha256 } from '../../../platform/hash.ts';
import { equalValues, type Value } from '../../../record/value.ts';

/** Keys of entries as they stand in a text: those they had, else new ones that are the same on every device (FORMATS 2.4). */
export function keysOfEntries(
  kind: string,
  values: readonly Value[],
  previous: ReadonlyMap<string, Value>,
): readonly string[] {
  const free = new Map(previous);
  const keys: (string | null)[] = values.map((value) => {
    for (const [key, known] of free)
      if (equalValues(known, value)) {
        free.delete(key);
        return key;
      }
    return null;
  });
  const rest = [...free.keys()];
  const taken = new Set(previous.keys());
  return keys.map((key, at) => {
    const own =
      key ?? (values.length === previous.size ? rest.shift() : undefined) ?? minted(kind, values[at] as Value, taken);
    taken.add(own);
    return own;
  });
}

function minted(kind: string, value: Value, taken: ReadonlySet<string>): string {
  const base = Buffer.from(sha256(`${kind}\0${JSON.stringify(value)}`))
    .toString('base64url')
    .slice(0, 10);
  for (let at = 1; ; at++) {
    const key = at === 1 ? base : `${base}-${at}`;
    if (!taken.has(key)) return key;
  }
}
