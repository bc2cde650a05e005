import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkXml } from '../../../../src/main/sources/dav/check-xml.ts';
import { DavServer } from '../../../../src/main/sources/dav/dav-server.ts';
import { FakeServer, multistatus } from './fake-server.ts';

const MIB = 1 << 20;
const inside = (text: string): string =>
  `<?xml version="1.0"?>\n<d:multistatus xmlns:d="DAV:">${text}</d:multistatus>\n`;

describe('XML of a server', () => {
  it.each([
    [
      'as servers write it',
      inside('<d:response><d:href>/a.vcf</d:href><d:status>HTTP/1.1 200 OK</d:status></d:response>'),
    ],
    ['with a mark before it', `\ufeff${inside('')}`],
    ['with what stands beside elements', inside('<!-- <a> & --><![CDATA[<b> & ]]><?c <d> & ?>')],
    ['with characters that are written otherwise', inside('<a b="&lt;&quot;">&amp;&GT;&apos;&#13;&#x1F600;</a>')],
    ['with marks in attributes', inside(`<a b='x>y<z"' c="it's"  d = "1"\n/>`)],
    ['with names of any script', inside('<ä:höhe ß="1"/><日本/>')],
    ['with a space before the end of a tag', inside('<a ></a >')],
  ])('is fit %s', (_, text) => {
    expect(checkXml(text)).toBe('fit');
  });

  it.each([
    ['with an ampersand alone', inside('<a>this & that</a>')],
    ['with one in an attribute', inside('<a b="this & that"/>')],
    ['with a character nobody knows', inside('<a>&nbsp;</a>')],
    ['with a text beside its element', `${inside('')}more`],
    ['with a text before its element', `so ${inside('')}`],
    ['with elements that do not end', inside('<a>')],
    ['with ends of nothing', inside('</a></a>')],
    ['with declarations of its own', `<!DOCTYPE a [<!ENTITY b "c">]>${inside('')}`],
    ['with a comment that does not end', inside('<!-- ')],
    ['with an attribute that does not end', inside('<a b="c')],
    ['with an attribute that says nothing', inside('<a b/>')],
    ['that breaks off in a name', '<a'],
  ])('is broken %s', (_, text) => {
    expect(checkXml(text)).toBe('broken');
  });

  it.each([
    ['more elements than any collection', inside('<a/>'.repeat(2_000_000))],
    ['more marked texts', inside('<![CDATA[]]>'.repeat(2_000_000))],
    ['more kinds of elements', inside(Array.from({ length: 2000 }, (_each, at) => `<a${at}>x</a${at}>`).join(''))],
    ['elements in elements', inside('<a>'.repeat(1000) + '</a>'.repeat(1000))],
  ])('is too much with %s', (_, text) => {
    expect(checkXml(text)).toBe('too-much');
  });

  it('is looked at once, however long what is wrong in it is', () => {
    for (const part of ['&', '<', '<!--', '<?', ' ', '<a b="', 'a', '="'])
      expect(checkXml(`<a${part.repeat(2 * MIB)}`)).toBe('broken');
  });
});

describe('a server that means harm', () => {
  let server: FakeServer;
  let dav: DavServer;
  beforeEach(async () => {
    server = await FakeServer.start();
    dav = new DavServer({ origin: server.origin, user: 'me', password: 'secret' });
  });
  afterEach(() => server.end());
  const list = () => dav.list(`${server.origin}/book/`);

  it('is told of in a few words, whatever it says of what it refuses', async () => {
    server.answer = () => ({ status: 400, body: '<'.repeat(4 * MIB) });
    const answer = await dav.put(`${server.origin}/book/a.vcf`, null, new Uint8Array(1), 'contacts');
    expect(answer).toMatchObject({ status: 400, detail: expect.stringMatching(/^the server answers 400/) });
    expect(answer.detail.length).toBeLessThan(300);
  });

  it('does not take the memory with a list of nothing', async () => {
    server.answer = () => multistatus('<a/>'.repeat(4_000_000));
    await expect(list()).rejects.toMatchObject({ code: 'too-large' });
  });

  it('does not take an hour with a list that is wrong at each letter', async () => {
    server.answer = () => multistatus('&'.repeat(8 * MIB));
    await expect(list()).rejects.toMatchObject({ code: 'server-trouble' });
  });

  it('changes nothing of what all objects are', async () => {
    server.answer = () => multistatus('<__proto__><polluted>1</polluted></__proto__>');
    await list().catch(() => undefined);
    expect('polluted' in {}).toBe(false);
  });
});
