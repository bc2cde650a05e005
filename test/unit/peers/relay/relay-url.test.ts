import { describe, expect, it } from 'vitest';
import { parseRelayUrl, placeToldBy } from '../../../../src/main/peers/relay/relay-url.ts';

const PIN = Buffer.alloc(32, 7).toString('base64url');
const ADMISSION = Buffer.alloc(16, 9).toString('base64url');
const OTHER_PIN = Buffer.alloc(32, 8).toString('base64url');

describe('parseRelayUrl', () => {
  it('takes apart an address with a key, and one without', () => {
    expect(parseRelayUrl(` https://Relay.Example:8443/#k=${PIN}\n`)).toEqual({
      url: `https://relay.example:8443#k=${PIN}`,
      host: 'relay.example',
      port: 8443,
      pin: PIN,
      admission: null,
      origin: `k=${PIN}`,
    });
    expect(parseRelayUrl('https://relay.example')).toEqual({
      url: 'https://relay.example:443',
      host: 'relay.example',
      port: 443,
      pin: null,
      admission: null,
      origin: 'https://relay.example:443',
    });
    expect(parseRelayUrl('https://[2001:DB8::1]:9')).toMatchObject({
      url: 'https://[2001:db8::1]:9',
      host: '2001:db8::1',
    });
  });

  it('keeps what a private relay wants to be told apart from who it is', () => {
    for (const [text, pin] of [
      [`https://relay.example:8443#k=${PIN}&a=${ADMISSION}`, PIN],
      [`https://relay.example:8443#a=${ADMISSION}`, null],
    ] as const) {
      const address = parseRelayUrl(text);
      expect(address).toMatchObject({ url: text, pin, admission: ADMISSION });
      expect(address.origin).toBe(parseRelayUrl(text.replace(/[#&]a=.*/, '')).origin);
      expect(parseRelayUrl(address.url)).toEqual(address);
    }
  });

  it.each([
    ['', 'https://'],
    ['relay.example', 'like https://'],
    ['http://relay.example', 'begin with https'],
    ['https://ana@relay.example', 'name or password'],
    ['https://relay.example/v1', 'may follow the port'],
    ['https://relay.example?x=1', 'may follow the port'],
    ['https://relay.example:0', 'port is 0'],
    ['https://relay.example#k=abc', 'not a key'],
    [`https://relay.example#${PIN}`, 'not a key'],
    [`https://relay.example#k=${PIN}=`, 'not a key'],
    ['https://relay.example#k=', 'not a key'],
    [`https://relay.example#k=${PIN}&b=1`, 'not a key'],
    [`https://relay.example#a=${ADMISSION}&k=${PIN}`, 'not a key'],
    [`https://relay.example#k=${PIN}&a=abc`, 'not what its relay printed'],
    [`https://relay.example#&a=${ADMISSION}`, 'not a key'],
  ])('refuses %j and says why', (text, why) => {
    expect(() => parseRelayUrl(text)).toThrow(why);
    expect(() => parseRelayUrl(text)).toThrow(expect.objectContaining({ code: 'bad-relay-url', subject: text }));
  });
});

describe('placeToldBy', () => {
  const pinned = parseRelayUrl(`https://one.example:1#k=${PIN}`);
  const public_ = parseRelayUrl('https://one.example');
  it('goes where the same key is proven, or stays', () => {
    expect(placeToldBy(pinned, `https://two.example:2#k=${PIN}`)?.host).toBe('two.example');
    expect(placeToldBy(pinned, '')).toBe(pinned);
    expect(placeToldBy(public_, 'https://one.example:443')?.url).toBe(public_.url);
  });
  it.each([
    [pinned, 'https://one.example:1'],
    [pinned, `https://two.example:2#k=${OTHER_PIN}`],
    [public_, 'https://two.example'],
    [public_, `https://one.example#k=${PIN}`],
    [public_, 'http://one.example'],
  ])('goes nowhere else (%#)', (given, told) => expect(placeToldBy(given, told)).toBeNull());
});
