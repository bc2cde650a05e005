import { describe, expect, it } from 'vitest';
import { digestAuthorization, digestChallenge } from '../../../../src/main/sources/dav/digest-challenge.ts';

/** RFC 7616 3.9.1. */
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const OPAQUE = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS';
const challengeOf = (algorithm: string): string =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${NONCE}", opaque="${OPAQUE}"`;
const MUFASA = {
  user: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  target: '/dir/index.html',
  count: 1,
  clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};

describe('a server that wants a digest in place of the password', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('is answered as RFC 7616 does it (%s)', (algorithm, response) => {
    const challenge = digestChallenge(challengeOf(algorithm));
    const header = digestAuthorization(challenge!, MUFASA);
    expect(header).toContain(`response="${response}"`);
    expect(header).toContain('qop=auth, nc=00000001,');
    expect(header).toContain(`opaque="${OPAQUE}"`);
  });

  it('is answered by the better one of two, also beside another way', () => {
    const header = `Basic realm="a, b=\\"c\\"", ${challengeOf('MD5')}, ${challengeOf('SHA-256')}`;
    expect(digestChallenge(header)).toMatchObject({ algorithm: 'SHA-256', nonce: NONCE, counts: true });
  });

  it('of the older kind, which does not count, is answered too', () => {
    // RFC 2069 2.4, with the response its errata give.
    const challenge = digestChallenge(
      'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    );
    expect(challenge).toMatchObject({ algorithm: 'MD5', counts: false });
    const header = digestAuthorization(challenge!, { ...MUFASA, password: 'CircleOfLife' });
    expect(header).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(header).not.toContain('cnonce');
  });

  it.each([
    null,
    '',
    'Basic realm="Radicale"',
    'Negotiate',
    'Digest realm="x"',
    challengeOf('SHA-512'),
    'Digest realm="x", nonce="y", qop="auth-int"',
  ])('is none: %s', (header) => expect(digestChallenge(header)).toBeNull());
});
