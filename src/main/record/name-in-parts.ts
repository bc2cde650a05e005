import type { Value } from './value.ts';

/** Parts of a contact's name in the order in which they are said. */
const SAID = ['title', 'given', 'given2', 'surname', 'surname2', 'generation'];

/** A contact's name as its parts say it (JSContact `name/components`, RFC 9553 2.2.1); '' where they say nothing. */
export function nameInParts(components: readonly { readonly kind?: Value; readonly value?: Value }[]): string {
  const words = SAID.flatMap((kind) => components.filter((part) => part?.kind === kind).map(({ value }) => value));
  return words.filter((word) => typeof word === 'string' && word !== '').join(' ');
}
