const SIGNATURES: readonly (readonly [type: string, at: number, bytes: readonly number[]])[] = [
  ['image/png', 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', 0, [0xff, 0xd8, 0xff]],
  ['image/gif', 0, [0x47, 0x49, 0x46, 0x38]],
  ['image/webp', 8, [0x57, 0x45, 0x42, 0x50]],
  ['image/bmp', 0, [0x42, 0x4d]],
];
/** A larger one would only make the page slow. Bytes. */
const MOST = 4 << 20;

/**
 * The address of a picture that is in these bytes; null: they are none, or too many. What they are is told from them, not from what a card
 * says of them, and only plain pictures count: nothing that could hold a script or ask a server for something.
 */
export function pictureAddress(bytes: Uint8Array): string | null {
  if (bytes.length > MOST) return null;
  const found = SIGNATURES.find(([, at, sign]) => sign.every((byte, index) => bytes[at + index] === byte));
  if (found === undefined) return null;
  let text = '';
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return `data:${found[0]};base64,${btoa(text)}`;
}
