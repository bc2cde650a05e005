const LONGEST = 64;
/** Controls, and the marks that turn the direction of text: with them one name can pass for another. */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A name of a person, a device or a collection as it may be shown: at most 64 characters, none of them invisible. `''` where nothing is left. */
export function displayName(claimed: string): string {
  return [...claimed.replace(UNSAFE, '').trim()].slice(0, LONGEST).join('').trim();
}
