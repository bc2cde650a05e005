/** A calendar of somebody else, at an address: no rights on this computer help. */
const PUBLISHED = 'published';
/** A place that may only be read, whatever waits for it. */
const READ_ONLY = 'not-writable';
/** An address book whose program runs: it would write over what others put there. */
const IN_USE = 'book-in-use';
const SERVERS: ReadonlySet<string> = new Set(['carddav', 'caldav']);
/** What is said of a server, whose disk and rights nobody can mend here. */
const AT_SERVER: { readonly [code: string]: string } = {
  'io': 'server-fails',
  'no-permission': 'server-forbids',
  'disk-full': 'server-full',
  'unreadable': 'server-withholds',
};

/** The kind a problem is of for people: its code, or a kind of its own by the format of the source it is in (null: not known). */
export function problemKind(code: string, format: string | null): string {
  if (format === 'subscription' && code === READ_ONLY) return PUBLISHED;
  if (format === 'thunderbird' && code === 'no-permission') return IN_USE;
  return (format !== null && SERVERS.has(format) ? AT_SERVER[code] : undefined) ?? code;
}

/** Is it ended by undoing a change? */
export const isEndedByUndo = (kind: string): boolean => kind === PUBLISHED || kind === READ_ONLY;

/** What a person can do about a kind of problem. Codes are stable; one this version does not know gets the general advice. */
const ADVICE: { readonly [code: string]: string } = {
  'unreadable': 'Allow your user to read it, or check the disk. It is tried again at every look for changes.',
  'changing': 'A program is still writing it. It is taken once that ends.',
  'special-file': 'Sockets, pipes and devices cannot be kept in step. Move it elsewhere or ignore it.',
  'name-not-unicode': 'Rename it with ordinary letters; then it is kept in step.',
  'name-not-allowed': 'Rename it: your other devices cannot hold this name.',
  'names-collide': 'Two names differ only in case or accents, which this disk cannot tell apart. Rename one of them.',
  'path-too-long': 'Give it, or a folder above it, a shorter name.',
  'parent-is-file': 'A file stands where its folder should be. Settle the conflict of the two, or rename one of them.',
  'not-empty': 'The folder still holds items that are left out by rules. Move them away, or keep the folder.',
  'no-permission': 'Allow your user to read and write it and the folder it is in.',
  [PUBLISHED]:
    'Only who publishes this calendar can change it. The change stays on your other devices. To have it as it is published everywhere, undo the change: then this goes away.',
  [READ_ONLY]:
    'Ask whoever runs the server for the right to write there, or connect an account that has it: then the changes go there by themselves. To have everywhere what is there, undo them.',
  [IN_USE]: 'Close Thunderbird: it is written then, by itself.',
  'not-come': 'Switch on the device it names, or another that has all of it, and look whether this goes away.',
  'disk-full':
    'Free some space on this disk, or let less of it stay free (Settings, or config disk.reserve); it goes on by itself.',
  'content-unavailable': 'The device that has it is not reachable. It comes once that is.',
  'content-gone':
    'Save it anew from a copy you have, or undo the change in History. If the device that had it joins again, or its disk is back, it comes by itself.',
  'content-wrong': 'What arrived was not what was announced, and was thrown away. It is fetched again by itself.',
  'not-taken':
    'This place does not take it as it is. Correct what is named, on any of your devices; elsewhere it is kept in step.',
  'changed-underneath': 'It was changed while it was being written. Both versions are merged at the next look.',
  'invalid-change':
    'It cannot be right, or is too large. If it was written here, correct it in the program it is from and save; if another device sent it, look into History to see which, and undo it there.',
  'package-refused':
    'Update Lockstep on that device; if this stays, let the device leave the collection and join again: what it has is merged then. If it is not yours, remove it.',
  'deleted-elsewhere':
    'Look at what is asked (Sources, or preview) and let it be deleted here too, or undo the deletion in History to have it everywhere.',
  'kept-beside': 'Move what you need of that file over by hand, then delete it.',
  'malformed': 'Open it in the program that made it, correct the entry and save.',
  'io': 'Check the disk it lies on. It is tried again at every look for changes.',
  'server-fails':
    'The server failed at it, as it says. It is tried again, ever more seldom, and at once when you look for changes. If that goes on, tell whoever runs the server; elsewhere it is kept in step.',
  'server-forbids':
    'The account may not write this there. Ask whoever runs the server, or connect an account that may; elsewhere it is kept in step.',
  'server-full': 'Free some space in the account, or ask whoever runs the server for more. It is tried again.',
  'server-withholds': 'The server does not give it out. It is asked again at every look for changes.',
};

/** Never empty. */
export function problemAdvice(code: string): string {
  return ADVICE[code] ?? 'Correct what is named, then look for changes again. It is also tried again by itself.';
}

const TITLES: { readonly [code: string]: string } = {
  'unreadable': 'Cannot be read',
  'changing': 'Still being written',
  'special-file': 'Neither file nor folder',
  'name-not-unicode': 'Unreadable name',
  'name-not-allowed': 'Name not allowed here',
  'names-collide': 'Two names that are one here',
  'path-too-long': 'Path too long',
  'parent-is-file': 'A file is in the way',
  'not-empty': 'Folder is not empty',
  'no-permission': 'Not permitted',
  [IN_USE]: 'Thunderbird is open',
  [PUBLISHED]: 'A calendar that can only be read',
  [READ_ONLY]: 'A place that may only be read',
  'not-come': 'Something another device has seen is missing here',
  'disk-full': 'Disk is full',
  'content-unavailable': 'Content not here yet',
  'content-gone': 'No device has its content any more',
  'content-wrong': 'Content arrived damaged',
  'not-taken': 'Not taken by this place',
  'changed-underneath': 'Changed at the same moment',
  'invalid-change': 'Change that cannot be right',
  'package-refused': 'Refused what a device wrote',
  'kept-beside': 'Written to just as it was replaced',
  'malformed': 'Entry cannot be understood',
  'io': 'The disk reports an error',
  'server-fails': 'The server reports an error',
  'server-forbids': 'The server does not allow it',
  'server-full': 'The account is full',
  'server-withholds': 'The server does not give it',
  'read-only': 'Changed where only reading is allowed',
  'deleted-elsewhere': 'Deleted on another device',
};

/** What kind of problem it is, in words; a code without any gets its own. */
export function problemTitle(code: string): string {
  const known = TITLES[code];
  if (known !== undefined) return known;
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
