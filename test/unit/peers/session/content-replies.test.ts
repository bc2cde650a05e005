import { describe, expect, it } from 'vitest';
import type { MessageOf } from '../../../../src/main/peers/protocol/messages.ts';
import { WHOLE_CONTENT } from '../../../../src/main/peers/protocol/messages.ts';
import { ContentReplies } from '../../../../src/main/peers/session/content-replies.ts';
import type { SharedCollection } from '../../../../src/main/peers/session/shared-collection.ts';
import { digest } from '../../../../src/main/record/ids.ts';
import { flush } from '../../../fakes/flush.ts';

const MIB = 1 << 20;

/** Asks for some contents, of so many bytes each, and counts how often they are read. */
function giver(length: number) {
  const given = { requests: 0 };
  const refused: MessageOf<'CONTENT_NO'>[] = [];
  const shared = {
    giveContent: async (asked: readonly unknown[]) => {
      given.requests++;
      return asked.map(() => ({ bytes: new Uint8Array(length), splice: false }));
    },
  } as unknown as SharedCollection;
  const replies = new ContentReplies(
    () => {},
    (message) => refused.push(message),
  );
  const ask = (req: number, items = 1, hint: string | null = null): void => {
    const item = { digest: digest('ab'.repeat(32)), kind: WHOLE_CONTENT, offset: 0, hint, base: null };
    const message = { is: 'CONTENT_WANT', h: 1, req, items: Array.from({ length: items }, () => item) } as const;
    void replies.answer(shared, message);
  };
  return { replies, ask, given, refused };
}

describe('contents for a peer', () => {
  it('are not read for one that asks and takes nothing', async () => {
    const { ask, given } = giver(4 * MIB);
    for (let req = 1; req <= 100; req++) ask(req);
    await flush();
    expect(given.requests).toBeLessThan(10);
  });

  it('are read on as soon as what was read has left, and all are answered in order', async () => {
    const { replies, ask, given, refused } = giver(4 * MIB);
    for (let req = 1; req <= 20; req++) ask(req);
    const answered: number[] = [];
    for (let idle = 0; idle < 3; ) {
      await flush();
      const next = replies.next();
      idle = next === null ? idle + 1 : 0;
      if (next?.message.pieces.some(({ flags }) => (flags & 1) === 1)) answered.push(next.message.req);
    }
    expect(given.requests).toBe(20);
    expect(answered).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(refused).toEqual([]);
  });

  it('are refused for one whose requests would fill the memory, and given again once those are answered', async () => {
    const { replies, ask, refused } = giver(32 * MIB);
    ask(1);
    ask(2);
    await flush();
    for (let req = 3; req < 40; req++) ask(req, 512, 'x'.repeat(4096));
    expect(refused.length).toBeGreaterThan(20);
    expect(refused[0]?.items).toHaveLength(512);
    expect(refused[0]?.items[0]?.code).toBe('busy');
    replies.end();
    await flush();
  });

  it('are not read once the link has ended', async () => {
    const { replies, ask, given } = giver(32 * MIB);
    for (let req = 1; req <= 5; req++) ask(req);
    await flush();
    const before = given.requests;
    replies.end();
    await flush();
    expect(given.requests).toBe(before);
    expect(replies.next()).toBeNull();
  });
});
