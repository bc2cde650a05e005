import { type DecodeOptions, decode, Token, Tokenizer, Type } from 'cborg';

/** U+FEFF in UTF-8. */
const MARK = [0xef, 0xbb, 0xbf] as const;
const MARK_BYTES = Buffer.from(MARK);
/** Bytes before a text, by the low five bits of its head (RFC 8949, 3). */
const headBytes = (info: number): number => (info < 24 ? 1 : 1 + (1 << (info - 24)));

/**
 * Decodes CBOR so that a text is what was encoded: cborg takes U+FEFF at the beginning of one for a byte order mark and drops it, and a file
 * may be called so. Fails as cborg's `decode`.
 */
export function decodeCbor(bytes: Uint8Array, options: DecodeOptions = {}): unknown {
  const mayBegin = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(MARK_BYTES);
  if (!mayBegin) return decode(bytes, options);
  // As `decode` itself hands them in: bytes within are of the class that these are of.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decode(bytes, { ...options, tokenizer: new MarkedTexts(plain, { ...CBORG_DEFAULTS, ...options }) });
}

/** What `decode` itself gives the tokenizer it makes. */
const CBORG_DEFAULTS: DecodeOptions = {
  strict: false,
  allowIndefinite: true,
  allowUndefined: true,
  allowBigInt: true,
};

class MarkedTexts extends Tokenizer {
  override next(): Token {
    const at = this.pos();
    const token = super.next();
    if (!Type.equals(token.type, Type.string)) return token;
    const text = at + headBytes((this.data[at] as number) & 31);
    if (text >= this.pos() || MARK.some((byte, index) => this.data[text + index] !== byte)) return token;
    return new Token(Type.string, `\ufeff${token.value}`, token.encodedLength);
  }
}
