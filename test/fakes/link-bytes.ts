import { createHash } from 'node:crypto';
import type { ByteLink } from '../../src/main/peers/links/peer-link.ts';

/** All that arrives, once it is so much or more. */
export function collect(link: ByteLink, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  return new Promise((resolve) => {
    link.onFrames((chunk) => {
      chunks.push(chunk.slice());
      const all = Buffer.concat(chunks);
      if (all.length >= length) resolve(all);
    });
  });
}

/** Why it closed, once it did. */
export const closed = (link: ByteLink): Promise<string> => new Promise((resolve) => link.onClose(resolve));

/** What only the ends that have this secret can compute, as `ByteLink.exporter`. */
export const exported = (secret: string, label: string, length: number): Uint8Array =>
  new Uint8Array(createHash('shake256', { outputLength: length }).update(`${secret}\0${label}`).digest());
