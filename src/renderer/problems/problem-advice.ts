/** What a person can do about a kind of problem. Codes are stable; one this version does not know gets the general advice. */
const ADVICE: { readonly [code: string]: string } = {
  'name-not-unicode': 'Rename it with ordinary letters; then it is kept in step.',
  'names-collide': 'Two names differ only in case or accents, which some of your devices cannot tell apart. Rename one of them.',
  'name-too-long': 'Give it, or a folder above it, a shorter name.',
  'bad-path': 'Rename it: its name cannot be used on your other devices.',
  'no-permission': 'Allow your user to read and write it, then look for changes again.',
  'disk-full': 'Free some space on this disk; it goes on by itself.',
  'read-failed': 'Check the disk and the item’s permissions. It is tried again at every look for changes.',
  'write-failed': 'Check the disk and the folder’s permissions. It is tried again by itself.',
  'special-file': 'Sockets, pipes and devices cannot be kept in step. Move it elsewhere or ignore it.',
  'too-large': 'Make it smaller, or ignore it.',
  'unavailable': 'Connect the disk or open the network place again; it goes on by itself.',
  'malformed': 'Open it in the program that made it, correct the entry and save.',
  'changed-while-reading': 'It is being written. It is taken once that ends.',
  'content-not-kept': 'No device kept this content. Put the file back from a backup if you have one.',
  'unsupported-format': 'Choose the format of this source under “Places and rules”, or use another place.',
  'conflict-of-types': 'A file and a folder have one name. Rename one of them.',
};

/** Never empty. */
export function problemAdvice(code: string): string {
  return ADVICE[code] ?? 'Correct what is named, then look for changes again. It is also tried again by itself.';
}

/** `names-collide` is `Names collide`. */
export function problemTitle(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
