import { DavPlace } from '../../../../src/main/sources/dav/dav-place.ts';
import { DavServer } from '../../../../src/main/sources/dav/dav-server.ts';
import type { GuardOptions } from '../../../../src/main/sources/dav/guarded-fetch.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { FakeBook, FakeServer } from './fake-server.ts';

export const BOOK = '/me/book/';
export const card = (name: string): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${name}\r\nFN:${name}\r\nEND:VCARD\r\n`;

/** A small address book on a server, as a source sees it, with cards of these names. */
export async function bookOf(names: readonly string[], options: Partial<GuardOptions> = {}) {
  const server = await FakeServer.start();
  const book = new FakeBook();
  const clock = new FakeClock();
  server.answer = (asked) => book.answer(asked);
  for (const name of names) book.cards.set(`${BOOK}${name}.vcf`, { etag: `"${name}1"`, text: card(name) });
  const account = { origin: server.origin, user: 'me', password: 'secret' };
  const random = { bytes: (count: number) => new Uint8Array(count) };
  const dav = new DavServer(account, options);
  const place = new DavPlace({ server: dav, url: server.origin + BOOK, kind: 'contacts', clock, random });
  return { server, book, clock, place };
}
