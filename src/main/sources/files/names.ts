import { foldedName } from '../../record/folded-name.ts';
/**
 * Names on disk and names in record ids. Where a system cannot hold a character, U+F000 + its code stands for it on disk
 * (as other systems do it), without a stored table. The mapping is one to one in both directions, so a name that already
 * holds such a private-use character comes back as it was: a run of k escapes (U+F0FF) before a mapped character is written
 * as 2k escapes, before a character that merely looks mapped as 2k+1.
 */
export type NamePlatform = 'posix' | 'mac' | 'windows';

const MAPPED = 0xf000;
const ESCAPE = '\uf0ff';

const WINDOWS_FORBIDDEN = new Set('<>:"|?*\\');
/** Stripped by Win32 at the end of a name. */
const WINDOWS_FORBIDDEN_LAST = new Set('. ');
/** Names of devices, with any extension, in any case. Anchored at a letter that may stand mapped. */
const WINDOWS_DEVICE =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(?:\.|$)/i;
const WINDOWS_PLAIN = /^[^\p{Cc}<>:"|?*\\\uf000-\uf0ff]*[^\p{Cc}<>:"|?*\\\uf000-\uf0ff. ]$/u;
const ASCII = /^\p{ASCII}*$/u;

/** Is the name the same in every Unicode form? */
export function isAscii(name: string): boolean {
  return ASCII.test(name);
}

/** The name under which a system of `platform` keeps the last component `name` of a record id. */
export function diskName(name: string, platform: NamePlatform): string {
  if (platform !== 'windows' || (WINDOWS_PLAIN.test(name) && !WINDOWS_DEVICE.test(name))) return name;
  return mapDevice(mapCharacters(name));
}

/**
 * The component of a record id that a name on disk stands for: mapped characters undone, NFC. null: the name is not Unicode
 * (a lone surrogate). `diskName(recordName(x))` is x wherever x is NFC.
 */
export function recordName(name: string, platform: NamePlatform): string | null {
  if (ASCII.test(name)) return name;
  if (!name.isWellFormed()) return null;
  const plain = platform === 'windows' ? unmapCharacters(unmapDevice(name)) : name;
  return plain.normalize('NFC');
}

/** Two names of one directory with equal keys cannot both be held: the smaller by `compareTexts` keeps the id (DESIGN 4). `folding`: case does not tell names apart. */
export function collisionKey(name: string, folding: boolean): string {
  return folding ? foldedName(name) : name;
}

function isForbidden(char: string, last: boolean): boolean {
  return WINDOWS_FORBIDDEN.has(char) || char.charCodeAt(0) < 0x20 || (last && WINDOWS_FORBIDDEN_LAST.has(char));
}

const mapped = (char: string): string => String.fromCharCode(MAPPED + char.charCodeAt(0));

/** The character a private-use one stands for, or null where it stands for itself. */
function unmapped(char: string): string | null {
  const code = char.charCodeAt(0) - MAPPED;
  return code >= 0 && code < 0x80 ? String.fromCharCode(code) : null;
}

/** Splits a name into runs: the escapes before a character, and the character. Escapes at the end stand alone. */
function eachRun(name: string, take: (escapes: number, char: string, last: boolean) => string): string {
  let out = '';
  let escapes = 0;
  for (let at = 0; at < name.length; at++) {
    const char = name[at] as string;
    if (char === ESCAPE) {
      escapes++;
      continue;
    }
    out += take(escapes, char, at === name.length - 1);
    escapes = 0;
  }
  return out + ESCAPE.repeat(escapes);
}

function mapCharacters(name: string): string {
  return eachRun(name, (escapes, char, last) => {
    if (isForbidden(char, last)) return ESCAPE.repeat(2 * escapes) + mapped(char);
    const original = unmapped(char);
    const looksMapped = original !== null && isForbidden(original, last);
    return ESCAPE.repeat(looksMapped ? 2 * escapes + 1 : escapes) + char;
  });
}

function unmapCharacters(name: string): string {
  return eachRun(name, (escapes, char, last) => {
    const original = unmapped(char);
    if (original === null || !isForbidden(original, last)) return ESCAPE.repeat(escapes) + char;
    return ESCAPE.repeat(Math.floor(escapes / 2)) + (escapes % 2 === 0 ? original : char);
  });
}

/** Escapes before, then the name from its first other character on, that one unmapped. */
function deviceParts(name: string): { escapes: number; first: string; plain: string } | null {
  let escapes = 0;
  while (name[escapes] === ESCAPE) escapes++;
  const first = name[escapes];
  if (first === undefined) return null;
  const original = unmapped(first);
  const plain = original === null ? name.slice(escapes) : original + name.slice(escapes + 1);
  return WINDOWS_DEVICE.test(plain) ? { escapes, first, plain } : null;
}

/** A device's name gets its first letter mapped; a name that looks so already gets one escape more. */
function mapDevice(name: string): string {
  const parts = deviceParts(name);
  if (parts === null) return name;
  if (unmapped(parts.first) !== null) return ESCAPE + name;
  return parts.escapes === 0 ? mapped(parts.first) + name.slice(1) : name;
}

function unmapDevice(name: string): string {
  const parts = deviceParts(name);
  if (parts === null || unmapped(parts.first) === null) return name;
  return parts.escapes === 0 ? parts.plain : name.slice(1);
}
