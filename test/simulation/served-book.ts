import { collectionId } from '../../src/main/record/ids.ts';
import { formatNamed, type SourceFormat } from '../../src/main/sources/formats.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { SimulatedDav, serveDav } from '../fakes/simulated-dav.ts';
import type { SimulatedDevice } from './simulated-device.ts';
import { SimulatedGroup } from './simulated-group.ts';

const BOOK = '/home/book.vcf';
/** Where the server is. */
export const DAV_HOST = 'dav.example';

/** How a server writes what it is given that has phones in its own form and no place for notes. */
export const SPELLS = (text: string): string =>
  text.replace(/^(TEL.*:)0(\d+)/gm, '$1+49$2').replace(/^NOTE.*\r\n/gm, '');

/** One computer that keeps its address book in a file and on a server. */
export class ServedBook {
  readonly group: SimulatedGroup;
  readonly device: SimulatedDevice;
  readonly server: SimulatedDav;

  private constructor(seed: string, writes: (text: string) => string) {
    const random = new SeededRandom(seed);
    const group = new SimulatedGroup(random);
    const device = group.addDevice({ skewed: false, folding: false });
    this.group = group;
    this.device = device;
    this.server = new SimulatedDav('contacts', writes);
    const { server } = this;
    serveDav(DAV_HOST, { server, random: random.fork('dav'), clock: group.clock, process: () => device.running });
  }

  /** It has this book, which is on the server by now. `writes`: how that writes what it is given. */
  static async open(seed: string, book: string, writes: (text: string) => string): Promise<ServedBook> {
    const served = new ServedBook(seed, writes);
    const { device, group } = served;
    device.user.mkdirp('/home');
    device.user.writeFile(BOOK, book);
    await group.start(device);
    const adding = device.engine.add({ location: BOOK, name: 'people', format: 'vcard', kind: 'contacts' });
    group.collection = collectionId((await group.until(device, adding))?.collection ?? '');
    const replica = group.replica(device);
    if (replica === null) throw new Error('no member');
    const format = formatNamed('carddav') as SourceFormat;
    await group.until(device, device.engine.addSource(replica, { path: `https://${DAV_HOST}/people/`, format }));
    await group.pass(200_000);
    return served;
  }

  get file(): string {
    return this.device.user.readText(BOOK) ?? '';
  }
  get conflicts(): number {
    return this.group.replica(this.device)?.collection.records.conflicts ?? -1;
  }

  /** A person saves the file, which is looked at. */
  save(text: string): void {
    this.device.user.writeFile(BOOK, text);
    // It is the first source.
    for (const schedule of [...this.device.engine.schedules.values()].slice(0, 1)) void schedule.lookNow();
  }

  /** The cards of this id on the server. */
  onServer(uid: string): readonly string[] {
    return [...this.server.cards.values()].flatMap(({ text }) => (text.includes(`UID:${uid}\r\n`) ? text : []));
  }

  /** Another client edits the card of this id there; false: there is none. */
  editOnServer(uid: string, edit: (text: string) => string): boolean {
    const found = [...this.server.cards].find(([, { text }]) => text.includes(`UID:${uid}\r\n`));
    if (found !== undefined) this.server.set(found[0], edit(found[1].text));
    return found !== undefined;
  }

  /** Requests of ours that changed something on the server within this time, in milliseconds. */
  async changesWithin(time: number): Promise<number> {
    const before = this.server.changed;
    await this.group.pass(time);
    return this.server.changed - before;
  }
}
