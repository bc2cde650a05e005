import { expect } from 'vitest';
import { isLive, shownFields } from '../../../src/main/merge/record-state.ts';
import { collectionId } from '../../../src/main/record/ids.ts';
import type { Fields } from '../../../src/main/record/value.ts';
import { fieldsOf } from '../../../src/main/snapshot/lens.ts';
import { formatNamed, type SourceFormat } from '../../../src/main/sources/formats.ts';
import { SeededRandom } from '../../fakes/seeded-random.ts';
import type { ItemKind } from '../shelves/shelf.ts';
import { PORT, type SimulatedDevice } from '../simulated-device.ts';
import { SimulatedGroup } from '../simulated-group.ts';

/** A place of items in one format, on one of the devices. */
export interface Place {
  readonly device: SimulatedDevice;
  readonly format: string;
  readonly path: string;
  /** Other programs wrote what was in it at first, in their notations. */
  readonly isForeign: boolean;
}

/** What is known of each item, by its id. */
export type Records = ReadonlyMap<string, Fields>;

/** What is asked for: on which device it is, and in which format. `text`: what is in it at first; absent: nothing. */
export interface Wanted {
  readonly on: number;
  readonly format: string;
  readonly text?: string;
}

/** Longer than it takes a text to rest, and what changed in it to go round. */
const ROUND_MS = 5000;

/** One collection that has places of many formats side by side, as the person before them sees it. */
export class SideBySide {
  readonly places: Place[] = [];
  readonly #group: SimulatedGroup;

  readonly kind: ItemKind;

  private constructor(group: SimulatedGroup, kind: ItemKind) {
    this.#group = group;
    this.kind = kind;
  }

  /** The first place is made a collection; the others are brought to it one after the other. */
  static async of(kind: ItemKind, wanted: readonly Wanted[]): Promise<SideBySide> {
    const group = new SimulatedGroup(new SeededRandom('side by side'));
    const devices = Array.from({ length: Math.max(...wanted.map(({ on }) => on)) + 1 }, () =>
      group.addDevice({ skewed: false, folding: false }),
    );
    const all = new SideBySide(group, kind);
    for (const device of devices) await group.start(device);
    for (const [at, { on, format, text }] of wanted.entries()) {
      const { ending, layout, text: textFormat } = formatNamed(format) as SourceFormat;
      const isFolder = layout === 'folder-of-files';
      const path = `/home/${at}${isFolder ? '' : ending}`;
      const place = { device: devices[on]!, format, path, isForeign: text !== undefined };
      if (isFolder) place.device.user.mkdirp(place.path);
      else place.device.user.writeFile(place.path, text ?? textFormat!().empty());
      await all.#add(place);
      all.places.push(place);
    }
    for (let round = 0; round < 3; round++) await all.rest();
    return all;
  }

  async #add({ device, path, format }: Place): Promise<void> {
    const group = this.#group;
    const { kind } = this;
    const first = group.devices[0]!;
    if (group.collection === null) {
      const adding = device.engine.add({ location: path, name: 'items', format: format as never, kind });
      group.collection = collectionId((await group.until(device, adding))!.collection);
      return;
    }
    if (group.replica(device) === null) {
      device.engine.openCollection(group.admit(device, first).id, 'items', kind);
      for (const one of group.devices)
        for (const other of group.devices)
          if (one !== other) one.engine.network.suggest(other.identity.id, [`${other.host}:${PORT}`]);
      await group.pass(ROUND_MS);
    }
    const replica = group.replica(device)!;
    await group.until(device, device.engine.addSource(replica, { path, format: formatNamed(format)! }));
    await group.pass(ROUND_MS);
  }

  /** All places are looked at, and what follows from that has come to an end. */
  async rest(): Promise<void> {
    for (const device of this.#group.devices)
      for (const schedule of device.engine.schedules.values()) await this.#group.until(device, schedule.lookNow());
    await this.#group.pass(ROUND_MS);
  }

  /** The texts of a place, by their paths. */
  texts({ device, path }: Place): ReadonlyMap<string, string> {
    const { fs } = device.user;
    const paths =
      fs.lstat(path)?.type === 'directory'
        ? fs
            .readDirectory(path)
            .flatMap(({ name }) => (name === null || name.startsWith('.') ? [] : [`${path}/${name}`]))
        : [path];
    return new Map(paths.sort().map((each) => [each, Buffer.from(device.user.read(each) ?? '').toString()]));
  }
  /** Those of all places, one behind the other. */
  all(): ReadonlyMap<Place, ReadonlyMap<string, string>> {
    return new Map(this.places.map((place) => [place, this.texts(place)]));
  }

  /** On the first device, and on all once they have rested. */
  records(): Records {
    const group = this.#group;
    const { collection } = group.replica(group.devices[0]!)!;
    const live = [...collection.records.all()].filter(({ state }) => isLive(state));
    return new Map(
      live.map(({ id, state }) => [id, fieldsOf(shownFields(collection.kind, state, collection.log.order))]),
    );
  }

  /** What people would be told that must not be: conflicts, problems, halts, faults. */
  troubles(): readonly string[] {
    const group = this.#group;
    return [
      ...group.findings.map(({ rule, what }) => `${rule}: ${what}`),
      ...group.devices.flatMap((device) => {
        const { collection, synchronizers } = group.replica(device)!;
        return [
          ...(collection.records.conflicts > 0 ? [`${device.name} has ${collection.records.conflicts} conflicts`] : []),
          ...[...synchronizers.values()].flatMap(({ state, reason, source }) => [
            ...(state === 'ready' ? [] : [`${device.name} ${source.location} is ${state}: ${reason}`]),
            ...collection.problems.of(source.row).map(({ record, code, detail }) => `${record}: ${code} ${detail}`),
          ]),
        ];
      }),
    ];
  }

  end(): void {
    for (const device of this.#group.devices) device.end();
    expect(this.#group.findings).toEqual([]);
  }
}
