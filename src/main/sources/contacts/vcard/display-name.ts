import { nameInParts } from '../../../record/name-in-parts.ts';
import type { Value } from '../../../record/value.ts';

interface NamePart {
  readonly kind: string;
  readonly value: string;
}

/** What a card without a full name is called: programs want something there. By its parts, else by the first thing that tells it. */
export function displayName(
  components: readonly NamePart[],
  entries: readonly { readonly map: string; readonly value: Value }[],
): string {
  const made = nameInParts(components);
  if (made !== '') return made;
  for (const [map, part] of TELLING) {
    const found = entries.find((entry) => entry.map === map)?.value as { readonly [key: string]: Value } | undefined;
    const text = found?.[part];
    if (typeof text === 'string' && text !== '') return text;
  }
  return '';
}

const TELLING = [
  ['organizations', 'name'],
  ['nicknames', 'name'],
  ['emails', 'address'],
  ['phones', 'number'],
] as const;
