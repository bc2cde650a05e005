import { sha256 } from '../../platform/hash.ts';
import type { ListedDocument, ReadDocument } from '../text/document-place.ts';
import type { DavText } from './dav-resource.ts';

const LONGEST_ETAG = 255;

/** The etag, or where that is too long its digest. */
export function revisionOf(etag: string): Uint8Array {
  const bytes = Buffer.from(etag);
  return bytes.length <= LONGEST_ETAG ? bytes : sha256(bytes);
}
/** A resource as a list tells of it. */
export const listed = (name: string, etag: string, size: number): ListedDocument => ({
  name,
  revision: revisionOf(etag),
  fresh: false,
  size,
});
/** The same with its text. */
export function documentOf({ href, etag, text }: DavText): ReadDocument {
  const bytes = Buffer.from(whole(text));
  return { ...listed(href, etag, bytes.length), bytes };
}

/** The line end after the last line is lost in the answers of servers (FORMATS 1.5); written back without, it would be lost there as well. */
function whole(text: string): string {
  if (text === '' || text.endsWith('\n')) return text;
  return text + (text.includes('\r\n') ? '\r\n' : '\n');
}
