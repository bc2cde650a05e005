import { beforeEach, describe, expect, it } from 'vitest';
import { type MessageOf, PIECE_LAST } from '../../../../src/main/peers/protocol/messages.ts';
import { ContentRequests, type Fetched } from '../../../../src/main/peers/session/content-requests.ts';
import type { ContentAsked } from '../../../../src/main/peers/session/shared-collection.ts';
import { SLAB_BYTES, slabsOf } from '../../../../src/main/platform/slabs.ts';
import { digest } from '../../../../src/main/record/ids.ts';
import { FakeClock } from '../../../fakes/fake-clock.ts';
import { flush } from '../../../fakes/flush.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let clock: FakeClock;
let requests: ContentRequests;
let sent: MessageOf<'CONTENT_WANT'>[];
let silences: boolean[];
let arriving: number;
let isHoldingBack: boolean;
beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  silences = [];
  arriving = 0;
  isHoldingBack = false;
  requests = new ContentRequests({
    clock,
    send: (message) => void sent.push(message),
    arriving: () => arriving,
    holdsBack: () => isHoldingBack,
    silenceChanged: (isSilent) => void silences.push(isSilent),
  });
});

const wanted = (name: string, kind: ContentAsked['kind'] = 'chunk'): ContentAsked => ({
  digest: digest(name.repeat(64).slice(0, 64)),
  kind,
  hint: null,
  base: null,
});
/** What became of what was asked for, once it is known. */
interface Answer {
  items: readonly (Fetched | null)[] | null;
}
function ask(...names: readonly string[]): Answer {
  return askFor(1, ...names.map((name) => wanted(name)));
}
function askFor(h: number, ...asked: readonly ContentAsked[]): Answer {
  const answer: Answer = { items: null };
  void requests.ask(h, asked).then((items) => {
    answer.items = items;
  });
  return answer;
}
const texts = (answer: Answer): readonly (string | null)[] | null =>
  answer.items?.map((each) => each && Buffer.from(each.bytes).toString()) ?? null;

/** The peer sends a piece: `from` and `to` count bytes of what it has to send. */
function send(req: number, item: number, text: string, from = 0, to = text.length): boolean {
  const data = Buffer.from(text.slice(from, to));
  const flags = to === text.length ? PIECE_LAST : 0;
  const pieces = [{ item, offset: from, length: data.length, total: text.length, flags }];
  return requests.take({ is: 'CONTENT', req, pieces, data: [data] });
}
const refuse = (req: number, ...items: readonly number[]): void =>
  requests.refuse({ is: 'CONTENT_NO', req, items: items.map((item) => ({ item, code: 'not-here' })) });

describe('a peer that sends nothing of what it was asked for', () => {
  it('is given up after a minute, and what came whole is given', async () => {
    const answer = ask('a', 'b', 'c');
    send(1, 0, 'first');
    await clock.advance(10 * SECOND);
    send(1, 1, 'second', 0, 3);
    await clock.advance(59 * SECOND);
    expect(texts(answer)).toBeNull();
    await clock.advance(16 * SECOND);
    expect(texts(answer)).toEqual(['first', null, null]);
    expect([requests.isSilent, silences]).toEqual([true, [true]]);
  });

  it('is asked for nothing else', async () => {
    ask('a');
    await clock.advance(2 * MINUTE);
    const other = ask('b');
    await flush();
    expect([texts(other), sent.length]).toEqual([[null], 1]);
  });

  it('is believed when it sends after all, and that is not asked for again', async () => {
    ask('a', 'b');
    await clock.advance(2 * MINUTE);
    expect(send(1, 0, 'first')).toBe(true);
    expect([requests.isSilent, silences]).toEqual([false, [true, false]]);
    const again = ask('b', 'a', 'c');
    expect(sent.slice(1).map(({ items }) => items.map(({ digest }) => digest))).toEqual([[wanted('c').digest]]);
    send(1, 1, 'second');
    send(2, 0, 'third');
    await flush();
    expect(texts(again)).toEqual(['second', 'first', 'third']);
  });

  it('on a link so slow that each piece takes longer than anybody waits gives all in the end, sent once', async () => {
    ask('a', 'b');
    await clock.advance(2 * MINUTE);
    for (let at = 0; at < 6; at++) {
      send(1, 0, 'slowly', at, at + 1);
      expect(requests.isSilent).toBe(false);
      const tried = ask('a');
      await clock.advance(2 * MINUTE);
      expect([texts(tried), requests.isSilent]).toEqual(at < 5 ? [[null], true] : [['slowly'], false]);
    }
    expect(sent).toHaveLength(1);
  });

  it('is asked for something once more after ten minutes, then after twice as long', async () => {
    ask('a');
    await clock.advance(MINUTE + 9 * MINUTE);
    ask('b');
    expect(sent).toHaveLength(1);
    await clock.advance(MINUTE);
    const [tried, beside] = [ask('a'), ask('b')];
    await flush();
    expect([sent.length, texts(tried), texts(beside)]).toEqual([2, null, [null]]);
    await clock.advance(MINUTE);
    expect([texts(tried), requests.isSilent]).toEqual([[null], true]);
    await clock.advance(19 * MINUTE);
    ask('a');
    expect(sent).toHaveLength(2);
    await clock.advance(MINUTE);
    const last = ask('a');
    expect(sent).toHaveLength(3);
    send(3, 0, 'there');
    await flush();
    expect([texts(last), requests.isSilent]).toEqual([['there'], false]);
  });

  it('is asked after ten minutes again, not after twenty, where it sent something between two silences', async () => {
    ask('a');
    await clock.advance(2 * MINUTE);
    send(1, 0, 'first');
    ask('b');
    await clock.advance(2 * MINUTE);
    expect(silences).toEqual([true, false, true]);
    await clock.advance(10 * MINUTE);
    ask('c');
    expect(sent).toHaveLength(3);
  });

  it('gives to who asks for one thing twice what it sends after all, twice', async () => {
    ask('a');
    await clock.advance(2 * MINUTE);
    send(1, 0, 'first', 0, 2);
    const twice = ask('a', 'a');
    send(1, 0, 'first', 2);
    await flush();
    expect([texts(twice), sent.length]).toEqual([['first', 'first'], 1]);
  });

  it('is asked anew for what it sent after all, once nobody has wanted that for two minutes', async () => {
    ask('a', 'b');
    await clock.advance(2 * MINUTE);
    send(1, 0, 'first');
    refuse(1, 1);
    ask('b');
    expect(sent).toHaveLength(2);
    await clock.advance(2 * MINUTE);
    send(2, 0, 'second');
    ask('a');
    expect(sent).toHaveLength(3);
  });

  it('gives memory that nobody else writes to', async () => {
    const answer = ask('a', 'b');
    send(1, 0, 'first');
    await clock.advance(2 * MINUTE);
    // Whoever is given a slab may give it to others.
    expect(slabsOf((answer.items ?? []).flatMap((each) => each?.bytes ?? []))).toEqual([]);
    send(1, 1, 'second');
    const again = ask('b');
    await flush();
    expect([texts(answer), texts(again)]).toEqual([['first', null], ['second']]);
  });

  it('is waited for no longer by what it left out to send what was asked for later', async () => {
    const [first, second] = [ask('a', 'b'), ask('c')];
    send(1, 1, 'second');
    send(2, 0, 'third');
    await flush();
    expect([texts(first), texts(second), requests.isSilent]).toEqual([[null, 'second'], ['third'], false]);
    ask('a');
    expect(sent).toHaveLength(3);
    // It is no liar for it.
    expect(send(1, 0, 'first')).toBe(true);
  });
});

describe('a peer that moves', () => {
  it('is waited for, however slowly it sends', async () => {
    const [answer, behind] = [ask('a'), ask('b')];
    for (let at = 0; at < 100; at++) {
      await clock.advance(50 * SECOND);
      send(1, 0, 'x'.repeat(101), at, at + 1);
    }
    await clock.advance(50 * SECOND);
    expect([texts(answer), texts(behind), silences]).toEqual([null, null, []]);
    send(1, 0, 'x'.repeat(101), 100);
    await flush();
    expect(texts(answer)?.[0]).toHaveLength(101);
  });

  it('is waited for while a frame comes in, while it refuses, and while this device holds it back', async () => {
    const answer = ask('a', 'b');
    for (arriving = 1; arriving < 10; arriving++) await clock.advance(30 * SECOND);
    arriving = 0;
    await clock.advance(30 * SECOND);
    refuse(1, 0);
    await clock.advance(45 * SECOND);
    isHoldingBack = true;
    await clock.advance(10 * MINUTE);
    isHoldingBack = false;
    await clock.advance(45 * SECOND);
    expect([texts(answer), requests.isSilent]).toEqual([null, false]);
    await clock.advance(30 * SECOND);
    expect(requests.isSilent).toBe(true);
  });

  it('is not silent where nothing was asked for, or for a frame that stands still', async () => {
    const answer = ask('a');
    send(1, 0, 'first');
    await clock.advance(10 * MINUTE);
    expect([texts(answer), silences]).toEqual([['first'], []]);
    arriving = 5;
    ask('b');
    await clock.advance(MINUTE);
    expect(silences).toEqual([true]);
  });

  it('is silent in the end where a frame that begins to come in stands still', async () => {
    ask('a');
    arriving = 5;
    await clock.advance(2 * MINUTE);
    expect(silences).toEqual([true]);
  });

  it('has a minute for each thing that is asked for after nothing was', async () => {
    ask('a');
    await clock.advance(45 * SECOND);
    requests.forget(1);
    askFor(2, wanted('b'));
    await clock.advance(45 * SECOND);
    expect(silences).toEqual([]);
    await clock.advance(15 * SECOND);
    expect(silences).toEqual([true]);
  });
});

describe('what is sent', () => {
  it('may be as long as a list of chunks, or as what it is to be, and a chunk no longer than one', () => {
    const long = 'x'.repeat((4 << 20) + 1);
    for (const [asked, isTaken] of [
      [wanted('a', 'chunk-list'), true],
      [wanted('b', 'content'), false],
      [{ ...wanted('c', 'content'), size: long.length }, true],
      [{ ...wanted('d'), size: long.length }, false],
    ] as const) {
      askFor(1, asked);
      expect(send(sent.length, 0, long, 0, 10), asked.kind).toBe(isTaken);
    }
  });

  it('is each what it was, however many chunks come for one request', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const chunks = names.map((name) => name.repeat(SLAB_BYTES / 4 + 1));
    const answer = ask(...names);
    for (const [at, chunk] of chunks.entries()) send(1, at, chunk);
    await flush();
    expect(texts(answer)?.every((text, at) => text === chunks[at])).toBe(true);
  });

  it('is nothing where the peer refuses the rest of it', async () => {
    const answer = ask('a');
    send(1, 0, 'first', 0, 3);
    refuse(1, 0);
    await flush();
    expect(answer.items).toEqual([null]);
  });
});

describe('a link that has ended', () => {
  it('asks for nothing more, and nobody waits', async () => {
    const under = ask('a');
    requests.end();
    const after = ask('b');
    await flush();
    expect([texts(under), texts(after), sent.length]).toEqual([[null], [null], 1]);
    await clock.advance(10 * MINUTE);
    expect(silences).toEqual([]);
  });
});

describe('a collection that the two share no longer', () => {
  it('is waited for no more, and what is under way does no harm', async () => {
    const answer = ask('a', 'b');
    send(1, 0, 'first');
    requests.forget(1);
    await flush();
    expect(texts(answer)).toEqual(['first', null]);
    expect(send(1, 1, 'second')).toBe(true);
    ask('b');
    expect(sent).toHaveLength(2);
  });
});

describe('a peer that breaks the protocol', () => {
  it('is found out: what nobody asked for, what came already, what grows beyond what was said', () => {
    ask('a', 'b');
    expect(send(7, 0, 'none')).toBe(false);
    expect(send(1, 2, 'none')).toBe(false);
    expect(send(1, 0, 'first')).toBe(true);
    expect(send(1, 0, 'first')).toBe(false);
    expect(send(1, 1, 'second', 0, 2)).toBe(true);
    expect(send(1, 1, 'longer than said', 2, 4)).toBe(false);
    expect(send(1, 1, 'second', 4, 5)).toBe(false);
  });

  it('is found out also once nobody waits for it', async () => {
    ask('a');
    await clock.advance(2 * MINUTE);
    expect(send(1, 0, 'first')).toBe(true);
    expect(send(1, 0, 'first')).toBe(false);
  });
});
