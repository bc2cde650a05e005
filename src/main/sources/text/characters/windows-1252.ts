const decoder = new TextDecoder('windows-1252');

/** The text of bytes of windows-1252: every byte is a character. */
export const fromWindows1252 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** The bytes of a text in windows-1252; null: it has no place for one of its characters. */
export function toWindows1252(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const byte = BYTES.get(text.charAt(at));
    if (byte === undefined) return null;
    bytes[at] = byte;
  }
  return bytes;
}

const BYTES = new Map(Array.from({ length: 256 }, (_, byte) => [fromWindows1252(Uint8Array.of(byte)), byte]));
