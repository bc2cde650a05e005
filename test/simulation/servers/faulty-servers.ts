import { conflictFields } from '../../../src/main/merge/record-state.ts';
import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import { EXISTS } from '../../../src/main/record/file-entry.ts';
import { collectionId } from '../../../src/main/record/ids.ts';
import { recordIdOfUid } from '../../../src/main/record/record-uid.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { DavServer } from '../../../src/main/sources/dav/dav-server.ts';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { RealServer } from '../../scenarios/dav-server-process.ts';
import { PORT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import {
  blocksIn,
  ITEM_KINDS,
  type ServedItem,
  type ServedKind,
  textOf,
  uidIn,
  valueIn,
  withItem,
  withValue,
} from './item-texts.ts';
import { OtherClient } from './other-client.ts';

const BOOK = '/home/book.txt';
const UIDS = ['plain', 'UPPER-Case', 'at@sign.example', 'sp ace', 'ünïcode-ß', '日本', 'per%41cent', 'slash/ed'];
const MORE_UIDS = ['semi;colon', 'a+b&c<d'];
/** Shares of requests that something happens to. */
const RATES = [0, 0.05, 0.2, 0.5];
const WAITS = [10, 300, 3000, 20_000, 70_000, 200_000];
const MANY = 30;
/** Stays, for a place that is suddenly empty waits for a person. */
const ANCHOR = 'anchor';

/** Requests that are under way: the virtual clock waits for them. */
let underWay = 0;
for (const name of ['kindAt', 'mayWrite', 'list', 'changesSince', 'texts', 'text', 'put', 'remove'] as const) {
  const prototype = DavServer.prototype as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const own = prototype[name] as (...args: unknown[]) => Promise<unknown>;
  prototype[name] = async function (this: DavServer, ...args) {
    underWay++;
    try {
      return await own.apply(this, args);
    } finally {
      underWay--;
    }
  };
}

/**
 * Runs devices that share what lies on a real server behind a faulty proxy, through what the seed makes of chance, while another client works on it too.
 * Each line of an item is edited on one side only, so it is known what has to stand on both in the end. What was found wrong.
 */
export async function simulateFaulty(
  seed: string,
  server: RealServer,
  tell: (line: string) => void = () => undefined,
): Promise<readonly string[]> {
  const random = new SeededRandom(`faulty ${seed}`);
  const kind = random.fork('kind').chance(0.6) ? 'contacts' : 'calendar';
  const proxy = await FaultyProxy.start(server, random.fork('proxy'));
  proxy.tell = tell;
  const client = await OtherClient.make(server, kind, `x${process.hrtime.bigint().toString(36)}`);
  tell(`${seed}: ${server.name} ${kind}, ${JSON.stringify(proxy.ways)}`);
  try {
    return await new Run(random, kind, client, proxy, tell).run();
  } finally {
    await proxy.end();
  }
}

class Run {
  readonly #random: SeededRandom;
  readonly #proxy: FaultyProxy;
  readonly #client: OtherClient;
  readonly #tell: (line: string) => void;
  readonly #kind: ServedKind;
  readonly #group: SimulatedGroup;
  readonly #items = new Map<string, ServedItem>();
  readonly #findings: string[] = [];
  readonly #wasThere = new Set<string>();
  readonly #wasHere = new Set<string>();
  #numbers = 0;

  constructor(
    random: SeededRandom,
    kind: ServedKind,
    client: OtherClient,
    proxy: FaultyProxy,
    tell: (line: string) => void,
  ) {
    this.#random = random.fork('events');
    this.#kind = kind;
    this.#client = client;
    this.#proxy = proxy;
    this.#tell = tell;
    this.#group = new SimulatedGroup(random.fork('group'));
  }

  async run(): Promise<readonly string[]> {
    const random = this.#random;
    try {
      await this.#begin();
      const steps = random.between(6, 16);
      for (let step = 0; step < steps && this.#findings.length === 0; step++) {
        this.#proxy.rate = random.pick(RATES);
        this.#tell(`  ${step} (${this.#proxy.rate}) ${(await this.#deed()) ?? 'nothing'}`);
        await this.#pass(random.pick(WAITS));
        await this.#checkNoneWent(`step ${step}`);
      }
      this.#proxy.rate = 0;
      this.#proxy.meanwhile = null;
      if (this.#findings.length === 0) await this.#end();
    } catch (error) {
      this.#findings.push(`error: ${(error as Error).stack}`);
    }
    // What a server fails with is told in the log, in one line each.
    const isTold = (what: string): boolean => what.includes(`${this.#proxy.origin}/`) && !what.includes('\n');
    for (const { rule, what } of this.#group.findings) if (!isTold(what)) this.#findings.push(`${rule}: ${what}`);
    for (const device of this.#group.devices) device.end();
    return this.#findings;
  }

  get #of() {
    return ITEM_KINDS[this.#kind];
  }
  get #first(): SimulatedDevice {
    return this.#group.devices[0] as SimulatedDevice;
  }

  async #begin(): Promise<void> {
    const group = this.#group;
    const random = this.#random;
    for (let count = random.pick([1, 2]); count > 0; count--)
      group.addDevice({ skewed: false, folding: false }).watchesTexts = random.chance(0.5);
    await this.#addThere(ANCHOR);
    for (let at = random.int(4); at > 0; at--) await this.#addThere();
    const [first, ...others] = group.devices as [SimulatedDevice, ...SimulatedDevice[]];
    first.user.mkdirp('/home');
    first.user.writeFile(BOOK, '');
    for (let at = random.chance(0.1) ? MANY : random.int(4); at > 0; at--) this.#addHere();
    for (const device of group.devices) await group.start(device);
    const { format } = this.#of;
    const added = await this.#until(
      first.engine.add({ location: BOOK, name: 'items', format: format as never, kind: this.#kind }),
    );
    group.collection = collectionId(added.collection);
    await this.#takeServer(first);
    for (const device of others) {
      device.engine.openCollection(group.admit(device, first).id, 'items', this.#kind);
      this.#introduce(device);
      await this.#takeServer(device);
    }
  }
  async #takeServer(device: SimulatedDevice): Promise<void> {
    const format = formatNamed(this.#of.server) as SourceFormat;
    const path = this.#proxy.origin + this.#client.path;
    await this.#until(device.engine.addSource(this.#group.replica(device) as Replica, { path, format }));
  }
  #introduce(device: SimulatedDevice): void {
    for (const other of this.#group.devices.filter((each) => each !== device)) {
      device.engine.network.suggest(other.identity.id, [`${other.host}:${PORT}`]);
      other.engine.network.suggest(device.identity.id, [`${device.host}:${PORT}`]);
    }
  }

  /** Somebody does something; what, or null: there was nothing to do it to. */
  #deed(): Promise<string | null> | string | null {
    const here = [() => this.#editHere(), () => this.#addHere(), () => this.#deleteHere()] as const;
    const there = [() => this.#editThere(), () => this.#addThere(), () => this.#deleteThere()] as const;
    const [editHere, addHere] = here;
    const [editThere, addThere] = there;
    const rest = [() => this.#moveThere(), () => this.#restart(), () => this.#ask()];
    const raced = () => this.#race(here, [...there, () => this.#moveThere()]);
    const often = [editHere, editHere, editThere, editThere, addHere, addThere, raced, raced];
    return this.#random.pick<() => Promise<string | null> | string | null>([...here, ...there, ...rest, ...often])();
  }
  /** Another client does something in the middle of what we ask. */
  #race(here: readonly (() => string | null)[], there: readonly (() => Promise<string | null>)[]): string {
    const deed = this.#random.pick(there);
    let wait = this.#random.int(8);
    const step = async (): Promise<void> => {
      if (wait-- > 0) this.#proxy.meanwhile = step;
      else this.#tell(`    meanwhile ${await deed()}`);
    };
    this.#proxy.meanwhile = step;
    return `raced: ${this.#random.pick(here)()}`;
  }

  #number(): string {
    return String(1_000_000 + ++this.#numbers);
  }
  #newItem(name = this.#random.pick([...UIDS, ...MORE_UIDS])): ServedItem {
    const uid = `${name}-${++this.#numbers}`;
    return { uid, ours: this.#number(), theirs: this.#number(), isGone: false, isMoved: false, wentUnseen: false };
  }

  #here(): string {
    return this.#first.user.readText(BOOK) ?? '';
  }
  #uidsHere(): readonly string[] {
    return blocksIn(this.#kind, this.#here()).map(uidIn);
  }
  #someHere(): ServedItem | null {
    const items = this.#uidsHere().flatMap((uid) => this.#items.get(uid) ?? []);
    const living = items.filter(({ isGone }) => !isGone);
    return living.length === 0 ? null : this.#random.pick(living);
  }
  #addHere(): string {
    const item = this.#newItem();
    this.#items.set(item.uid, item);
    this.#first.user.writeFile(BOOK, withItem(this.#kind, this.#here(), textOf(this.#kind, item)));
    return `${item.uid} is new here`;
  }
  #editHere(): string | null {
    const item = this.#someHere();
    if (item === null) return null;
    item.ours = this.#number();
    this.#first.user.writeFile(BOOK, withValue(this.#kind, this.#here(), item.uid, this.#of.ours, item.ours));
    return `${item.uid} is edited here: ${item.ours}`;
  }
  #deleteHere(): string | null {
    const item = this.#someHere();
    // The last one stays: a file that is suddenly empty waits for a person.
    if (item === null || item.uid.startsWith(ANCHOR) || this.#uidsHere().length < 2) return null;
    const block = blocksIn(this.#kind, this.#here()).find((each) => uidIn(each) === item.uid) as string;
    item.isGone = true;
    this.#first.user.writeFile(BOOK, this.#here().replace(block, ''));
    return `${item.uid} is deleted here`;
  }

  async #addThere(name?: string): Promise<string | null> {
    const item = this.#newItem(name);
    const names = ['n', 'Ñame b', 'x@y+z', this.#proxy.ways.hrefs === 'lower' ? 'up' : 'Up'];
    const file = `${this.#random.pick(names)}-${this.#numbers}.${this.#of.ending}`;
    if (!(await this.#client.add(file, item))) return null;
    this.#items.set(item.uid, item);
    return `${item.uid} is new there: ${file}`;
  }
  async #someThere(mayGo = false) {
    const living = await this.#client.living(this.#items);
    const found = living.filter(({ item }) => !mayGo || !item.uid.startsWith(ANCHOR));
    return found.length === 0 ? null : this.#random.pick(found);
  }
  async #editThere(): Promise<string | null> {
    const some = await this.#someThere();
    const number = this.#number();
    if (some === null || !(await this.#client.edit(some.path, some.text, some.item, number))) return null;
    some.item.theirs = number;
    return `${some.item.uid} is edited there: ${number}`;
  }
  async #deleteThere(): Promise<string | null> {
    const some = await this.#someThere(true);
    if (some === null || !(await this.#client.remove(some.path))) return null;
    some.item.isGone = true;
    some.item.wentUnseen = !this.#wasSeen(some.item);
    return `${some.item.uid} is deleted there`;
  }
  /** Has each device seen it there? */
  #wasSeen({ uid }: ServedItem): boolean {
    return this.#group.devices.every((device) => {
      const { synchronizers, collection } = this.#group.replica(device) as Replica;
      const found = collection.records.find(recordIdOfUid(uid));
      return [...synchronizers.values()].every(
        ({ source }) =>
          !source.location.startsWith(this.#proxy.origin) ||
          (found !== null && collection.records.snapshot(source.row, found.row) !== undefined),
      );
    });
  }
  async #moveThere(): Promise<string | null> {
    const some = await this.#someThere(true);
    if (some === null || !(await this.#client.remove(some.path))) return null;
    some.item.isMoved = true;
    const to = `${this.#client.path}moved-${++this.#numbers}.${this.#of.ending}`;
    if (await this.#client.put(to, some.text)) return `${some.item.uid} is moved to ${to}`;
    // We had put it there by then.
    some.item.isGone = true;
    return `${some.item.uid} is deleted there, and not put where it was to be`;
  }
  async #restart(): Promise<string> {
    const device = this.#random.pick(this.#group.devices);
    if (this.#random.chance(0.5)) device.kill();
    else await this.#until(device.stop());
    await this.#group.start(device);
    this.#introduce(device);
    return `${device.name} is started again`;
  }
  async #ask(): Promise<string> {
    for (const device of this.#group.devices)
      for (const schedule of device.engine.schedules.values()) await this.#until(schedule.lookNow());
    return 'a person asks';
  }

  async #settled(): Promise<void> {
    while (underWay > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  async #until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    for (let turn = 0; !isDone && turn < 3000; turn++) {
      await this.#settled();
      await this.#group.pass(turn < 1000 ? 5 : 500);
    }
    if (!isDone) throw new Error('does not come to an end');
    return done;
  }
  async #pass(milliseconds: number): Promise<void> {
    let left = milliseconds;
    for (let turn = 0; left > 0; turn++) {
      const step = Math.min(left, turn < 200 ? 10 : 1000);
      await this.#group.pass(step);
      await this.#settled();
      left -= step;
    }
  }

  /** Nothing goes from a side at any time but what a person deleted. */
  async #checkNoneWent(when: string): Promise<void> {
    const there = new Set((await this.#client.blocks()).map(uidIn));
    const here = new Set(this.#uidsHere());
    for (const { uid, isGone, isMoved } of this.#items.values()) {
      if (isGone) continue;
      if (!there.has(uid) && !here.has(uid)) this.#findings.push(`${when}: ${uid} is lost at both sides`);
      // Between the two halves of that it is seen to be gone.
      if (isMoved) continue;
      if (this.#wasThere.has(uid) && !there.has(uid)) this.#findings.push(`${when}: ${uid} went there`);
      if (this.#wasHere.has(uid) && !here.has(uid)) this.#findings.push(`${when}: ${uid} went here`);
    }
    for (const uid of there) this.#wasThere.add(uid);
    for (const uid of here) this.#wasHere.add(uid);
  }

  async #end(): Promise<void> {
    let wrong: readonly string[] = ['nothing was checked'];
    for (let round = 0; round < 8 && (wrong.length > 0 || round < 2); round++) {
      await this.#pass(130_000);
      await this.#ask();
      await this.#checkNoneWent('in the end');
      wrong = await this.#wrong();
    }
    this.#findings.push(...wrong);
    if (wrong.length > 0) return;
    this.#proxy.writes = [];
    const here = this.#here();
    await this.#pass(400_000);
    await this.#ask();
    if (this.#proxy.writes.length > 0) this.#findings.push(`not silent: ${this.#proxy.writes.join(', ')}`);
    if (this.#here() !== here) this.#findings.push('not silent: the file changes');
  }

  /** What is not as it has to be in the end. */
  async #wrong(): Promise<readonly string[]> {
    const sides = { here: blocksIn(this.#kind, this.#here()), there: await this.#client.blocks() };
    const wrong = Object.entries(sides).flatMap(([side, blocks]) =>
      this.#wrongOn(blocks).map((what) => `${side}: ${what}`),
    );
    const [here, there] = [new Set(sides.here.map(uidIn)), new Set(sides.there.map(uidIn))];
    for (const item of this.#items.values()) {
      const { uid } = item;
      const open = this.#openIn(item);
      // A deletion beside an edit is for a person to decide; anything else was edited on one side only.
      if (open.has(EXISTS)) continue;
      for (const [field, said] of open) wrong.push(`${uid} is in conflict about ${field}: ${said}`);
      if (!item.isGone) continue;
      if (here.has(uid) !== there.has(uid)) wrong.push(`${uid}: on one side only`);
      // What was moved was made anew.
      else if (here.has(uid) && !item.isMoved && !item.wentUnseen) wrong.push(`${uid} is back`);
    }
    for (const device of this.#group.devices) {
      const { synchronizers, collection } = this.#group.replica(device) as Replica;
      for (const { state, reason, source } of synchronizers.values()) {
        if (state !== 'ready') wrong.push(`${device.name}: ${source.location} is ${state}: ${reason}`);
        for (const { record, code, detail } of collection.problems.of(source.row))
          wrong.push(`${device.name}: ${record}: ${code} ${detail}`);
      }
    }
    return wrong;
  }
  #wrongOn(blocks: readonly string[]): readonly string[] {
    const wrong: string[] = [];
    const uids = blocks.map(uidIn);
    for (const uid of new Set(uids)) if (uids.indexOf(uid) !== uids.lastIndexOf(uid)) wrong.push(`${uid} is twice`);
    for (const block of blocks) {
      const item = this.#items.get(uidIn(block));
      if (item === undefined) wrong.push(`nobody wrote ${block}`);
      else if (!item.isGone) {
        const [ours, theirs] = [valueIn(block, this.#of.ours), valueIn(block, this.#of.theirs)];
        if (ours !== item.ours || theirs !== item.theirs)
          wrong.push(`${item.uid} says ${ours} ${theirs}, not ${item.ours} ${item.theirs}`);
      }
    }
    for (const { uid, isGone } of this.#items.values())
      if (!isGone && !uids.includes(uid)) wrong.push(`${uid} is missing`);
    return wrong;
  }
  /** What a person has to decide about an item: all that each field in conflict says. */
  #openIn({ uid }: ServedItem): ReadonlyMap<string, string> {
    const { records } = (this.#group.replica(this.#first) as Replica).collection;
    const state = records.find(recordIdOfUid(uid))?.state;
    const fields = state === undefined ? [] : conflictFields(this.#kind, state);
    return new Map(
      fields.map((field) => [
        field,
        (state?.fields.get(field) ?? []).map(({ value }) => canonicalText(field, value)).join(' '),
      ]),
    );
  }
}
