import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BrowserAccess } from '../../../src/main/control/browser-access.ts';
import { KnownPages } from '../../../src/main/control/known-pages.ts';

const SELF = '127.0.0.1:4000';
const [TEN_MINUTES, DAY] = [600_000, 86_400_000];

/** A door, its clock, and what it keeps for the next start. */
function house() {
  let now = 1_000_000;
  let made = 0;
  let kept: Uint8Array | null = null;
  let writes = 0;
  let isFull = false;
  const clock = { now: () => now, after: () => () => {} };
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) };
  const write = (bytes: Uint8Array) => {
    if (isFull) throw new Error('ENOSPC');
    writes++;
    kept = bytes;
  };
  const file = { read: () => kept, write };
  return {
    start: () => new BrowserAccess(clock, random, new KnownPages(file, clock)),
    pass: (ms: number) => (now += ms),
    fill: () => (isFull = true),
    put: (text: string) => (kept = Buffer.from(text)),
    get writes() {
      return writes;
    },
    get text() {
      return Buffer.from(kept ?? []).toString();
    },
  };
}

const signed = (key: KeyObject, text: string) =>
  sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');

/** A page, with the key it made for itself. */
function page() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  return {
    key,
    bring: (door: BrowserAccess, token: unknown) => door.admit({ token, key }, door.challenge(), SELF) !== null,
    /** As after a reload: with another key than the page had before. */
    reload: (door: BrowserAccess, session: unknown) =>
      door.admit({ token: null, session, key }, door.challenge(), SELF),
    comeBack(door: BrowserAccess, { at = SELF, signs = '' } = {}) {
      const challenge = door.challenge();
      const proof = signed(privateKey, `lockstep page ${at} ${signs || challenge}`);
      return door.admit({ token: null, session: 'over', key, proof }, challenge, SELF) !== null;
    },
  };
}

describe('access from a browser', () => {
  it('is given once for a token, and from then on to the key that came with it', () => {
    const door = house().start();
    const [own, other] = [page(), page()];
    const token = door.freshToken();
    expect(own.bring(door, token)).toBe(true);
    expect(other.bring(door, token)).toBe(false);
    expect(own.bring(door, token)).toBe(false);
    expect([own.comeBack(door), other.comeBack(door)]).toEqual([true, false]);
  });

  it('goes on after a reload, whose page is another, as long as the program runs', () => {
    const one = house();
    const door = one.start();
    const session = door.admit({ token: door.freshToken(), key: page().key }, door.challenge(), SELF);
    const reloaded = page();
    expect(reloaded.reload(door, session)).toBe(session);
    expect(page().reload(door, `${session}x`)).toBeNull();
    // What the browser keeps for this address is over with the program: a stranger may have had its port, and its page read it.
    const next = one.start();
    expect(page().reload(next, session)).toBeNull();
    // The page that is open goes on.
    expect(reloaded.comeBack(next)).toBe(true);
  });

  it('lasts ten minutes for a token, and on for a key', () => {
    const { start, pass } = house();
    const door = start();
    const own = page();
    const [early, late] = [door.freshToken(), door.freshToken()];
    pass(TEN_MINUTES - 1);
    expect(own.bring(door, early)).toBe(true);
    pass(1);
    expect(page().bring(door, late)).toBe(false);
    pass(TEN_MINUTES);
    expect(own.comeBack(door)).toBe(true);
  });

  it('is not given for what was signed for another moment or another address', () => {
    const door = house().start();
    const own = page();
    own.bring(door, door.freshToken());
    expect(own.comeBack(door, { signs: 'something else' })).toBe(false);
    expect(own.comeBack(door, { at: '127.0.0.1:4001' })).toBe(false);
  });

  it('is there after a start, and nothing that is kept would let anyone in', () => {
    const one = house();
    const door = one.start();
    const own = page();
    own.bring(door, door.freshToken());
    const next = one.start();
    expect(own.comeBack(next)).toBe(true);
    expect(one.text).toContain(own.key);
    expect(next.admit({ token: null, key: own.key }, next.challenge(), SELF)).toBeNull();
    const { key } = own;
    expect(next.admit({ token: key, session: key, key, proof: key }, next.challenge(), SELF)).toBeNull();
  });

  it('ends when it was not used for thirty days; a use each day is noted once', () => {
    const one = house();
    const own = page();
    const door = one.start();
    own.bring(door, door.freshToken());
    one.pass(29 * DAY);
    expect(own.comeBack(one.start())).toBe(true);
    const { writes } = one;
    expect(own.comeBack(one.start())).toBe(true);
    expect(one.writes).toBe(writes);
    one.pass(29 * DAY);
    expect(own.comeBack(one.start())).toBe(true);
    one.pass(30 * DAY);
    expect(own.comeBack(one.start())).toBe(false);
    const last = one.start();
    page().bring(last, last.freshToken());
    expect(one.text).not.toContain(own.key);
  });

  it('is given where nothing can be kept, until the program ends', () => {
    const one = house();
    one.fill();
    const door = one.start();
    const own = page();
    expect(own.bring(door, door.freshToken())).toBe(true);
    expect(own.comeBack(door)).toBe(true);
    expect(own.comeBack(one.start())).toBe(false);
  });

  it.each(['', '{', 'null', '{"v":1}', '{"v":1,"port":-1,"pages":[["x",1],[1],null]}'])(
    'begins anew where what was kept is %j',
    (text) => {
      const one = house();
      one.put(text);
      const door = one.start();
      expect(page().bring(door, door.freshToken())).toBe(true);
    },
  );

  it.each([[undefined], [null], [''], [7], [{}], ['x'.repeat(100_000)]])('is not given for %j', (presented) => {
    const door = house().start();
    const token = door.freshToken();
    const { key } = page();
    expect(door.admit(presented, door.challenge(), SELF)).toBeNull();
    const said = { token: presented, session: presented, key, proof: presented };
    expect(door.admit(said, door.challenge(), SELF)).toBeNull();
    expect(door.admit({ token, key: presented }, door.challenge(), SELF)).toBeNull();
    expect(page().bring(door, token)).toBe(false);
  });

  it('keeps only so many unspent tokens, the newest', () => {
    const door = house().start();
    const tokens = Array.from({ length: 40 }, () => door.freshToken());
    expect(page().bring(door, tokens[0])).toBe(false);
    expect(page().bring(door, tokens.at(-1))).toBe(true);
  });

  it('is kept for so many pages, the last that came', () => {
    const one = house();
    const door = one.start();
    const pages = Array.from({ length: 65 }, page);
    for (const each of pages) each.bring(door, door.freshToken());
    expect([pages[0], pages[1]].map((each) => each?.comeBack(one.start()))).toEqual([false, true]);
    one.pass(DAY);
    const later = one.start();
    expect(pages[1]?.comeBack(later)).toBe(true);
    page().bring(later, later.freshToken());
    expect([pages[1], pages[2]].map((each) => each?.comeBack(one.start()))).toEqual([true, false]);
  });
});
