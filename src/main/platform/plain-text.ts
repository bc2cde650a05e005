/**
 * Text that others wrote (file names, device names, card fields), fit for a terminal: control characters, which could move the cursor
 * or change what is on the screen, and marks that turn the writing direction are shown as `\u{…}`.
 */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be shown
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

/** The same of a text of several lines, as of a log: what others wrote may be in it (a file's name in an error, a key in a package). */
export const plainLines = (text: string): string => text.split('\n').map(plainText).join('\n');
