import { EXISTS } from '../../src/main/record/file-entry.ts';
import { collectionId, type RecordId } from '../../src/main/record/ids.ts';
import type { Replica } from '../../src/main/replica.ts';
import { formatNamed } from '../../src/main/sources/formats.ts';
import type { Synchronizer } from '../../src/main/synchronizer.ts';
import { SeededRandom } from '../fakes/seeded-random.ts';
import { PORT, type SimulatedDevice } from './simulated-device.ts';
import { SimulatedGroup } from './simulated-group.ts';

const CARDS = { path: '/home/book.vcf', format: 'vcard' };
const TABLE = { path: '/home/book.csv', format: 'csv-google' };
const FOLDER = { path: '/home/people', format: 'vcard-folder' };
/** Where all but the first device hold the book. */
const OTHERS = { cards: CARDS, table: TABLE, folder: FOLDER };

/** A card as short as it can be. */
export const cardOf = (uid: string, name: string, more = ''): string =>
  `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:${name}\r\n${more}END:VCARD\r\n`;

/** Some computers that share an address book, each in a file of many cards, or all but the first in a table or in a folder. */
export class TextRoom {
  readonly group: SimulatedGroup;
  readonly devices: readonly SimulatedDevice[];
  readonly #others: typeof CARDS;

  private constructor(seed: string, count: number, others: typeof CARDS) {
    this.#others = others;
    this.group = new SimulatedGroup(new SeededRandom(seed));
    this.devices = Array.from({ length: count }, () => this.group.addDevice({ skewed: false, folding: false }));
  }

  /** The first device has this book, and made the collection of it; the others have joined with `own` one, an empty one, and hold it too. */
  static async open(
    seed: string,
    count: number,
    book: string,
    others: keyof typeof OTHERS = 'cards',
    own = '',
  ): Promise<TextRoom> {
    const room = new TextRoom(seed, count, OTHERS[others]);
    const { group, devices } = room;
    const [first] = devices as [SimulatedDevice];
    for (const device of devices) {
      const { path, format: name } = room.placeOf(device);
      const format = formatNamed(name);
      if (format === null) throw new Error('no such format');
      if (format.layout === 'folder-of-files') device.user.mkdirp(path);
      else device.user.writeFile(path, device === first ? book : own);
      await group.start(device);
      if (device === first) {
        const adding = first.engine.add({ location: path, name: 'people', format: name, kind: 'contacts' });
        group.collection = collectionId((await group.until(first, adding))?.collection ?? '');
        continue;
      }
      const replica = device.engine.openCollection(group.admit(device, first).id, 'people', 'contacts');
      for (const other of devices)
        if (other !== device) device.engine.network.suggest(other.identity.id, [`${other.host}:${PORT}`]);
      await group.until(device, device.engine.addSource(replica, { path, format }));
    }
    await group.pass(10_000);
    return room;
  }

  /** Where its book is, and as what. */
  placeOf(device: SimulatedDevice): typeof CARDS {
    return device === this.devices[0] ? CARDS : this.#others;
  }
  read(device: SimulatedDevice): string {
    return device.user.readText(this.placeOf(device).path) ?? '';
  }
  write(device: SimulatedDevice, text: string): void {
    device.user.writeFile(this.placeOf(device).path, text);
  }
  /** A person asks for a look. */
  async look(device: SimulatedDevice): Promise<void> {
    for (const schedule of device.engine.schedules.values()) await this.group.until(device, schedule.lookNow());
  }
  /** The same, while other things happen. */
  asked(device: SimulatedDevice): { readonly isOver: boolean } {
    const asked = { isOver: false };
    const looks = [...device.engine.schedules.values()].map((schedule) => schedule.lookNow());
    void Promise.all(looks).then(() => {
      asked.isOver = true;
    });
    return asked;
  }
  live(device: SimulatedDevice): number {
    return this.replica(device).collection.records.live;
  }
  /** Records anybody ever deleted, as this device knows. */
  deletions(device: SimulatedDevice): readonly RecordId[] {
    const { collection } = this.replica(device);
    const changes = collection.log.byRow(0, 1000).flatMap(({ row }) => collection.packages.changesIn(row) ?? []);
    return changes.flatMap((change) =>
      'writes' in change && change.writes.some(({ field, value }) => field === EXISTS && value === false)
        ? [change.record]
        : [],
    );
  }
  replica(device: SimulatedDevice): Replica {
    const replica = this.group.replica(device);
    if (replica === null) throw new Error(`${device.name} is no member`);
    return replica;
  }
  synchronizer(device: SimulatedDevice): Synchronizer {
    const [only] = this.replica(device).synchronizers.values();
    if (only === undefined) throw new Error(`${device.name} has no source`);
    return only;
  }
  problems(device: SimulatedDevice): readonly string[] {
    return this.replica(device)
      .collection.problems.of(this.synchronizer(device).source.row)
      .map(({ record, code }) => `${record}: ${code}`);
  }
  end(): void {
    for (const device of this.devices) device.end();
  }
}
