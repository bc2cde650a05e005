import { LockstepError } from '../../platform/trouble.ts';

const LONGEST = 64;
/** Controls, and the marks that turn the direction of text: with them one name can pass for another. */
const UNSAFE = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
/** Of these the ones nobody writes by themselves: joiners are part of some letters and emoji. */
const MISLEADING = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/u;

/** A name of a person, a device or a collection as it may be shown: at most 64 characters, none of them invisible. `''` where nothing is left. */
export function displayName(claimed: string): string {
  return [...claimed.replace(UNSAFE, '').trim()].slice(0, LONGEST).join('').trim();
}

/** A name somebody gives, as it will be shown. Fails with `bad-name` where it is too long, or has controls or turns the direction of text. */
export function checkedName(given: string): string {
  const shown = displayName(given);
  if (shown !== '' && [...given.trim()].length <= LONGEST && !MISLEADING.test(given)) return shown;
  throw new LockstepError(
    'bad-name',
    `A name has 1 to ${LONGEST} characters, on one line, none of them a control character.`,
    given,
  );
}
