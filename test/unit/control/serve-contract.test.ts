import { describe, expect, it } from 'vitest';
import type { Reply, RequestName } from '../../../src/contract/contract.ts';
import { serveContract } from '../../../src/main/control/serve-contract.ts';
import { LockstepError } from '../../../src/main/platform/trouble.ts';

function served(carryOut: (name: RequestName, args: readonly unknown[]) => Promise<Reply<unknown>>) {
  const log: string[] = [];
  const seen: unknown[] = [];
  const answer = serveContract(
    (name, args) => {
      seen.push([name, args]);
      return carryOut(name, args);
    },
    (line) => log.push(line),
  );
  return { answer, log, seen };
}

describe('a door', () => {
  it('passes on a request that is one, and its reply', async () => {
    const { answer, seen } = served(() => Promise.resolve({ ok: true, value: 7 }));
    expect(await answer('devices:rename', ['Laptop'])).toEqual({ ok: true, value: 7 });
    expect(seen).toEqual([['devices:rename', ['Laptop']]]);
  });

  it.each([['nope'], ['constructor'], ['__proto__'], [''], [7], [null], [{ toString: () => 'status' }]])(
    'refuses the name %j',
    async (name) => {
      const { answer, seen, log } = served(() => Promise.resolve({ ok: true, value: 7 }));
      expect(await answer(name, [])).toMatchObject({ ok: false, error: { code: 'unknown-request' } });
      expect(seen).toEqual([]);
      expect(log).toEqual([]);
    },
  );

  it('refuses wrong arguments before anyone sees them', async () => {
    const { answer, seen } = served(() => Promise.resolve({ ok: true, value: 7 }));
    expect(await answer('devices:rename', [])).toMatchObject({
      ok: false,
      error: { code: 'bad-argument', subject: 'devices:rename' },
    });
    expect(seen).toEqual([]);
  });

  it('answers a failure with its code, and does not log it', async () => {
    const { answer, log } = served(() => Promise.reject(new LockstepError('no-such-path', 'There is no /x.', '/x')));
    expect(await answer('status', [])).toEqual({
      ok: false,
      error: { code: 'no-such-path', message: 'There is no /x.', subject: '/x' },
    });
    expect(log).toEqual([]);
  });

  it('answers a fault as internal, and logs where it was', async () => {
    const { answer, log } = served(() => Promise.reject(new TypeError('x is not a function')));
    expect(await answer('status', [])).toMatchObject({ ok: false, error: { code: 'internal', subject: 'status' } });
    expect(log.join()).toMatch(/status: TypeError: x is not a function\n\s+at /);
  });
});
