import { canonicalText } from '../../../src/main/past/canonical-text.ts';
import type { Dot } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';
import { nameOfDot } from '../folders/checks.ts';
import type { SimulatedGroup } from '../simulated-group.ts';
import type { Shelf } from './shelf.ts';

/** For a person who looks into a finding: what became other in the texts and the change logs of devices since it was last asked. */
export class NewChanges {
  readonly #group: SimulatedGroup;
  readonly #told = new Set<string>();
  readonly #texts = new Map<string, string>();

  constructor(group: SimulatedGroup) {
    this.#group = group;
  }

  lines(shelves: readonly Shelf[]): readonly string[] {
    return shelves.flatMap((shelf) => {
      const replica = this.#group.replica(shelf.device);
      return [...this.#textsOf(shelf), ...(replica === null ? [] : this.#changesOf(shelf.device.name, replica))];
    });
  }

  #textsOf(shelf: Shelf): readonly string[] {
    const texts = shelf.texts();
    const { name } = shelf.device;
    const lines: string[] = [];
    for (const [path, text] of texts) {
      if (this.#texts.get(`${name} ${path}`) === text) continue;
      this.#texts.set(`${name} ${path}`, text);
      const modified = shelf.device.user.fs.lstat(path)?.modifiedNs;
      lines.push(
        `    ${name} ${path} of ${modified} is`,
        ...text.split(/\r?\n/).map((line) => `    ${name} | ${line}`),
      );
    }
    for (const key of [...this.#texts.keys()])
      if (key.startsWith(`${name} ${shelf.path}`) && !texts.has(key.slice(name.length + 1))) {
        this.#texts.delete(key);
        lines.push(`    ${key} is gone`);
      }
    return lines;
  }

  #changesOf(device: string, { collection, synchronizers }: Replica): readonly string[] {
    const nameOf = (dot: Dot): string => nameOfDot(collection, dot);
    const lines: string[] = [];
    for (const record of collection.records.all()) {
      for (const dot of collection.log.changesOf(record.row)) {
        const change = collection.packages.changeAt(dot)?.change;
        if (change === undefined || !this.#isNew(`${device} ${nameOf(dot)} ${record.id}`)) continue;
        const writes = change.writes.map(
          ({ field, value, replaces }) =>
            `${field}=${canonicalText(field, value).slice(0, 60)} for ${replaces.map(nameOf).join('+')}`,
        );
        lines.push(`    ${device} knows ${nameOf(dot)} of ${record.id} (${change.cause}): ${writes.join('; ')}`);
      }
      for (const [source, synchronizer] of synchronizers) {
        const snapshot = collection.records.snapshot(source, record.row);
        const held = [...(synchronizer.heldNow(record.row) ?? [])].map(
          ([field, { value, dots }]) =>
            `${field}=${canonicalText(field, value).slice(0, 60)} by ${dots.map(nameOf).join('+')}`,
        );
        const revision = snapshot?.revision;
        const what = `    ${device} holds ${record.id}${snapshot === undefined ? ' not' : ''}${snapshot?.held === null ? ' as shown' : ''}${revision === null ? ' gone' : ''}: ${held.join('; ')}${snapshot?.native ? ' NATIVE' : ''}`;
        const key = `${device} ${source} holds ${record.id}`;
        if (this.#texts.get(key) === what) continue;
        this.#texts.set(key, what);
        lines.push(what);
      }
    }
    for (const source of synchronizers.keys())
      for (const { record, code, detail } of collection.problems.of(source))
        if (this.#isNew(`${device} ${record} ${code} ${detail}`))
          lines.push(`    ${device} problem ${record}: ${code} ${detail}`);
    return lines;
  }
  #isNew(what: string): boolean {
    const isNew = !this.#told.has(what);
    this.#told.add(what);
    return isNew;
  }
}
