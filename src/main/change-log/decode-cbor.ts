import { type DecodeOptions, decode, Token, Tokenizer, Type } from 'cborg';

/** U+FEFF in UTF-8. */
const MARK = [0xef, 0xbb, 0xbf] as const;
const MARK_BYTES = Buffer.from(MARK);
/** Bytes before a text, by the low five bits of its head (RFC 8949, 3). */
const headBytes = (info: number): number => (info < 24 ? 1 : 1 + (1 << (info - 24)));

/**
 * Lists and maps in each other; deeper ones are none of ours. cborg goes on until its stack is full, and how deep that is depends on the thread, the
 * system and how often it was called: what some devices take and others do not would part them for good.
 */
export const DEEPEST = 64;

/**
 * Decodes CBOR so that a text is what was encoded: cborg takes U+FEFF at the beginning of one for a byte order mark and drops it, and a file
 * may be called so. Fails as cborg's `decode`, and where it is strict with a RangeError for what is nested deeper than `DEEPEST`.
 */
export function decodeCbor(bytes: Uint8Array, options: DecodeOptions = {}): unknown {
  if (options.strict === true) checkDepth(bytes);
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

/** Goes along the heads of all items (RFC 8949, 3), as far as they can be read; what is wrong with them is not said here. */
function checkDepth(bytes: Uint8Array): void {
  /** Items still to come, of each list and map that is open. */
  const open: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at] as number;
    const [major, info] = [head >> 5, head & 31];
    if (info > 27) return;
    const next = at + headBytes(info);
    let count = info < 24 ? info : 0;
    for (let each = at + 1; each < next; each++) count = count * 256 + (bytes[each] ?? 0);
    at = major === BYTES || major === TEXT ? next + count : next;
    const inside = major === ARRAY ? count : major === MAP ? 2 * count : major === TAG ? 1 : 0;
    if (inside > 0) {
      open.push(inside);
      if (open.length > DEEPEST) throw new RangeError(`nested deeper than ${DEEPEST}`);
      continue;
    }
    for (let last = open.length - 1; last >= 0; last--) {
      const left = (open[last] as number) - 1;
      open[last] = left;
      if (left > 0) break;
      open.pop();
    }
  }
}
const [BYTES, TEXT, ARRAY, MAP, TAG] = [2, 3, 4, 5, 6] as const;

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
