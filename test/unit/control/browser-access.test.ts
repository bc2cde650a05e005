import { describe, expect, it } from 'vitest';
import { BrowserAccess } from '../../../src/main/control/browser-access.ts';

function access() {
  let now = 1_000_000;
  let made = 0;
  const clock = { now: () => now, after: () => () => {} };
  const random = { bytes: (count: number) => new Uint8Array(count).fill(++made) };
  return { access: new BrowserAccess(clock, random), pass: (ms: number) => (now += ms) };
}
const TEN_MINUTES = 600_000;

describe('access from a browser', () => {
  it('is given once for a token, and again for the session it was swapped for', () => {
    const { access: door } = access();
    const token = door.freshToken();
    const session = door.admit(token);
    expect(session).not.toBeNull();
    expect(session).not.toBe(token);
    expect(door.admit(token)).toBeNull();
    expect(door.admit(session)).toBe(session);
  });

  it('lasts ten minutes for a token, and on for a session', () => {
    const { access: door, pass } = access();
    const [early, late] = [door.freshToken(), door.freshToken()];
    pass(TEN_MINUTES - 1);
    const session = door.admit(early);
    expect(session).not.toBeNull();
    pass(1);
    expect(door.admit(late)).toBeNull();
    pass(TEN_MINUTES);
    expect(door.admit(session)).toBe(session);
  });

  it.each([[undefined], [null], [''], [7], [{}], ['x'.repeat(100_000)]])('is not given for %j', (presented) => {
    const { access: door } = access();
    door.freshToken();
    expect(door.admit(presented)).toBeNull();
  });

  it('keeps only so many unspent tokens, the newest', () => {
    const { access: door } = access();
    const tokens = Array.from({ length: 40 }, () => door.freshToken());
    expect(door.admit(tokens[0])).toBeNull();
    expect(door.admit(tokens.at(-1))).not.toBeNull();
  });
});
