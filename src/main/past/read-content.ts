import { LockstepError } from '../platform/trouble.ts';
import type { Digest } from '../record/ids.ts';
import { findRecord } from './find-record.ts';
import type { HistoryPort } from './history-port.ts';
import { lackWords } from './lack-words.ts';

/** A photo of a contact is far smaller. Bytes. */
const MOST = 4 << 20;

/**
 * The bytes a value of a record refers to, as of a photo. Fails with `no-such-record`, `too-big`, and `content-not-kept` where nobody who is
 * linked has them.
 */
export async function readContent(
  port: Pick<HistoryPort, 'collection' | 'contents' | 'members'>,
  text: string,
  content: string,
  size: number,
): Promise<Uint8Array> {
  const record = findRecord(port.collection, text);
  if (!/^[0-9a-f]{64}$/.test(content))
    throw new LockstepError('bad-argument', `${content} is no SHA-256 of a content.`, content);
  if (size > MOST) throw new LockstepError('too-big', 'It is too big to be shown here.', record.id);
  const bytes = await port.contents.read(record.id, { digest: content as Digest, size });
  if (bytes !== null) return bytes;
  throw new LockstepError('content-not-kept', `Its content is not here, and ${lackWords(port, 'it')}.`, record.id);
}
