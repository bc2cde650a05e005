import type { ConflictView } from '../../contract/contract.ts';

/** What a file called so holds is for programs, not for people to read. Of all others it is known once they are here. */
const NO_TEXT =
  /\.(?:jpe?g|png|gif|webp|heic|avif|bmp|tiff?|psd|ico|raw|cr2|nef|pdf|docx?|xlsx?|pptx?|od[tspg]|epub|zip|t?gz|bz2|xz|7z|rar|zst|iso|dmg|exe|dll|so|bin|jar|apk|mp3|m4a|og[ga]|opus|flac|wav|aac|mp4|m4v|mov|mkv|avi|webm|sqlite3?|db|kdbx|[ot]tf|woff2?|class|pyc)$/i;

/** Larger ones are never shown as texts. Bytes. */
const LARGEST = 1 << 20;
const SHORT = 200;

const isShortFile = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  value.type === 'file' &&
  'size' in value &&
  typeof value.size === 'number' &&
  value.size <= LARGEST;

const isLine = (value: unknown): boolean => typeof value === 'string' && value.length < SHORT && !value.includes('\n');

/**
 * How much room the comparison of the texts will take, told from what the list knows, so that it is there before they are: none where there
 * is no text to show, some for one beside a deletion, single lines and where nothing can be edited.
 */
export function textRoom(conflict: ConflictView): 'none' | 'some' | 'all' {
  const { record, base, values } = conflict;
  const held = [
    ...(base === null ? [] : [base]),
    ...values.filter((one) => one.kind === 'value').map((one) => one.value),
  ];
  if (held.length < 2) return held.every(isShortFile) && !NO_TEXT.test(record) ? 'some' : 'none';
  if (held.every((one) => typeof one === 'string')) return held.every(isLine) ? 'some' : 'all';
  if (!held.every(isShortFile) || NO_TEXT.test(record)) return 'none';
  return isEditable(conflict) ? 'all' : 'some';
}

/** Do the sides show it all, with what differs marked in them? Then it is not shown once more below. */
export const isToldBySides = ({ base, values }: ConflictView): boolean =>
  isLine(base) && values.every(({ value }) => isLine(value));

/** Can a text be saved in its place, if it is one? Not beside a deletion. */
export const isEditable = ({ values }: ConflictView): boolean => values.every(({ kind }) => kind === 'value');
