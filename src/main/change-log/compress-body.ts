import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BODY_LIMIT } from './package.ts';

const PLAIN = 0;
const ZSTD = 1;

/** The body as it is signed and travels: zstd where that helps. */
export function compressBody(body: Uint8Array): Uint8Array {
  const packed =
    body.length < 128 ? body : zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const [flag, content] = packed.length < body.length ? [ZSTD, packed] : [PLAIN, body];
  const out = new Uint8Array(content.length + 1);
  out[0] = flag;
  out.set(content, 1);
  return out;
}

/** The body unpacked; stops at `BODY_LIMIT`, so that a small package cannot fill the memory. Throws a RangeError. */
export function decompressBody(travelling: Uint8Array): Uint8Array {
  const content = travelling.subarray(1);
  if (travelling[0] === PLAIN) return content;
  if (travelling[0] !== ZSTD) throw new RangeError('package body: packed in a way this version does not know');
  try {
    // Bodies are rarely longer than a piece: with the default one twice as much is allocated, and the call takes twice as long.
    return zstdDecompressSync(content, { maxOutputLength: BODY_LIMIT, chunkSize: 64 << 10 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ERR_BUFFER_TOO_LARGE' ? `longer than ${BODY_LIMIT >> 20} MiB, unpacked` : message;
    throw new RangeError(`package body: ${why}`);
  }
}
