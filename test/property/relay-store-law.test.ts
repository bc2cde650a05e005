import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { collectionId, memberKey } from '../../src/main/record/ids.ts';
import type { RelayStore } from '../../src/relay/rules/relay-store.ts';
import { SqliteStore } from '../../src/relay/storage/sqlite-store.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { MemoryRelayStore } from '../fakes/memory-relay-store.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';

// Whatever is asked of it in whatever order, a relay store in SQLite answers as the one in memory does, over its end as well.

const HOUR = 3_600_000;
const GROUPS = ['0a', '0b'].map((byte) => collectionId(byte.repeat(16)));
const KEYS = ['01', '02', '03', '04'].map((byte) => memberKey(byte.repeat(32)));
const IDS = ['e1', 'e2', 'e3', 'e4', 'e5'];

type Step = (store: RelayStore) => Promise<unknown>;

/** One call, with the same arguments for whichever store. */
function drawStep(random: SeededRandom, now: number): Step {
  const g = random.pick(GROUPS);
  const k = random.pick(KEYS);
  const id = random.pick(IDS);
  const keys = random.shuffle(KEYS).slice(random.int(KEYS.length));
  const list = keys.map((key, at) => ({ k: key, admin: at === 0 || random.chance(0.3) }));
  const [sid, small, chance] = [random.int(30), random.int(12), random.int(19)];
  const bytes = new TextEncoder().encode(`item ${random.int(60)}`.padEnd(small, '.'));
  const item = { hash: createHash('sha256').update(bytes).digest('hex'), bytes, at: now };
  const times = { graceOver: now - 24 * HOUR, keep: now - 24 * HOUR, life: now - 720 * HOUR };
  switch (chance) {
    case 0:
      return (store) => store.createGroup(g, list, now, random.seed);
    case 1:
      return (store) => store.setAcl(g, random.seed.length + small, list, k);
    case 2:
    case 3:
    case 4:
    case 5:
      return (store) => store.append(g, item, 90);
    case 6:
      return (store) => store.items(g, sid, 1 + small, 40);
    case 7:
    case 8:
      // Its answer is a number too.
      return async (store) => ({ is: await store.setCursor(g, k, sid) });
    case 9:
      return (store) => store.putHeads(g, k, bytes, now);
    case 10:
      return (store) => store.putPack(g, id, { size: 1 + small, by: k, lease: now + small * 24 * HOUR }, 30);
    case 11:
      return (store) => store.touchPacks(g, [id, 'e9'], now + small * 24 * HOUR);
    case 12:
      return (store) => store.removePack(g, id);
    case 13:
      return (store) => store.putMailbox({ id, token: 'aa', g, k, until: now + small * HOUR, tries: 0 }, now, 2);
    case 14:
      return (store) => store.tryMailbox(id, 3);
    case 15:
      return (store) => store.putWord(g, k, item, 90);
    case 16:
      return (store) => store.collectWords(now - small * 24 * HOUR);
    case 17:
      return (store) => store.collectItems(times, now);
    default:
      return async (store) => {
        const gone = await store.collectPacks(times.graceOver, now);
        await store.collectMailboxes(now);
        return [...gone].sort((a, b) => (`${a.g}${a.id}` < `${b.g}${b.id}` ? -1 : 1));
      };
  }
}

/** All that can be seen of a store. */
async function seen(store: RelayStore): Promise<unknown> {
  const groups = GROUPS.map(async (g) => [
    await store.acl(g),
    await store.storageOf(g),
    await store.span(g),
    await store.items(g, 0, 1000, 1e6),
    await store.heads(g),
    await Promise.all(KEYS.map((k) => store.cursor(g, k))),
    await Promise.all(IDS.map((id) => store.pack(g, id))),
    await store.words(g),
    await Promise.all(KEYS.map((k) => store.word(g, k))),
  ]);
  return [await Promise.all(groups), await Promise.all(IDS.map((id) => store.mailbox(id)))];
}

/** What sort of answer it was. */
function kindOf(answer: unknown): string {
  if (typeof answer === 'number') return answer > 1 ? 'several gone' : 'a number';
  if (Array.isArray(answer)) return answer.length > 0 ? 'a list' : 'none';
  return answer !== null && typeof answer === 'object' ? `is ${(answer as { is: string }).is}` : String(answer);
}

/** Bytes of the one are Buffers and of the other none. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each) =>
      each?.type === 'Buffer' ? each.data : each instanceof Uint8Array ? [...each] : (each ?? null),
    ),
  );

it.each([1, 2, 3, 4])('as the one in memory (seeds of %i)', async (first) => {
  const directory = mkdtempSync(join(tmpdir(), 'relay-law-'));
  const met = new Set<string>();
  try {
    for (let seed = first * 100; seed < first * 100 + 6; seed++) {
      const random = new SeededRandom(seed);
      const file = join(directory, `${seed}.db`);
      const memory = new MemoryRelayStore();
      const clock = new FakeClock();
      let sqlite = new SqliteStore(file, clock);
      /** Writes wait for others; time is what lets them go. */
      const ask = async (step: Step): Promise<unknown> => {
        let isDone = false;
        const answer = step(sqlite).finally(() => {
          isDone = true;
        });
        while (!isDone) await clock.advance(5);
        return answer;
      };
      let now = 100 * 24 * HOUR;
      for (let at = 0; at < 250; at++) {
        now += random.int(6) * HOUR;
        const step = drawStep(random, now);
        const answer = plain(await ask(step));
        expect([seed, at, answer]).toEqual([seed, at, plain(await step(memory))]);
        met.add(kindOf(answer));
        if (random.chance(0.05)) {
          sqlite.close();
          sqlite = new SqliteStore(file, clock);
        }
        if (at % 10 === 0) expect([seed, at, plain(await seen(sqlite))]).toEqual([seed, at, plain(await seen(memory))]);
      }
      sqlite.close();
    }
    // Without these it would have seen little.
    for (const kind of ['is set', 'is old', 'is not-an-admin', 'is appended', 'is there', 'is quota', 'quota', 'new'])
      expect([...met]).toContain(kind);
    for (const kind of ['kept', 'member']) expect([...met]).toContain(kind);
    for (const kind of ['several gone', 'a list', 'true', 'false']) expect([...met]).toContain(kind);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
