import type { Clock } from '../../../src/main/platform/clock.ts';
import type { SeededRandom } from '../../fakes/seeded-random.ts';
import { bytesOfText, viewRoot } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';
import type { Ledger } from './ledger.ts';

/** Few places, so that people get in each other's way. */
const PATHS = ['x', 'y', 'a/x', 'a/y', 'a/c/x', 'b/x', 'b', 'c/d/e', 'X', 'a/X'];
const DIRECTORIES = ['a', 'b', 'a/c', 'c', 'c/d'];

/** What a person does to a folder; the text says what it was. Throws the system's error where it cannot be done. */
export type Deed = (person: Person, device: SimulatedDevice) => string;

/** A file that is being written. */
interface Begun {
  readonly device: SimulatedDevice;
  readonly path: string;
  readonly content: string;
  readonly finish: () => void;
}

/** The person (and the programs) before the computers of a group. */
export class Person {
  readonly random: SeededRandom;
  readonly #ledger: Ledger;
  #texts = 0;
  /** Contents written lately: now and then one is written again. */
  readonly #lately: string[] = [];
  readonly #open = new Set<Begun>();
  readonly #clock: Clock;

  constructor(random: SeededRandom, ledger: Ledger, clock: Clock) {
    this.random = random;
    this.#clock = clock;
    this.#ledger = ledger;
  }

  /** Does it; a text in any case. */
  act(device: SimulatedDevice, name: string, deed: Deed): string {
    return this.#ledger.byPerson(device, () => {
      try {
        return `${name} ${deed(this, device)}`;
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === undefined) throw error;
        return `${name} (${code})`;
      }
    });
  }

  path(): string {
    return this.random.pick(PATHS);
  }
  directory(): string {
    return this.random.pick(DIRECTORIES);
  }
  /** Something that is there; a path out of the few where nothing is. */
  existing(device: SimulatedDevice, wanted: (type: string) => boolean = () => true): string {
    const found = [...(viewRoot(device.disk, ROOT) ?? [])]
      .filter(([, seen]) => wanted(seen.type))
      .map(([path]) => path);
    return found.length === 0 ? this.path() : this.random.pick(found);
  }

  text(device: SimulatedDevice): string {
    const kind = this.random.int(100);
    const size = this.random.between(70_000, 200_000);
    const again = this.#lately.length === 0 ? null : this.random.pick(this.#lately);
    let text = `${device.name}${++this.#texts} wrote this.`;
    if (kind < 3) text = '';
    else if (kind < 12 && again !== null) text = again;
    else if (kind < 14) text = `${text}${Buffer.from(this.random.bytes(size)).toString('latin1')}`;
    if (this.#lately.push(text) > 6) this.#lately.shift();
    return text;
  }

  /** Nobody writes to one file from two places at once. */
  finishOn(device: SimulatedDevice): void {
    for (const begun of [...this.#open]) if (begun.device === device) this.#finish(begun);
  }

  /** Begins to write a file; the rest follows within the time in which the program still looks after what it took aside. */
  begin(device: SimulatedDevice, path: string, content: string): void {
    this.finishOn(device);
    const finish = device.user.writeInTwoSteps(`${ROOT}/${path}`, bytesOfText(content));
    const begun = { device, path, content, finish };
    this.#open.add(begun);
    this.#clock.after(this.random.int(1500), () => this.#finish(begun));
  }

  finishWriting(): void {
    for (const begun of [...this.#open]) this.#finish(begun);
  }

  #finish(begun: Begun): void {
    if (!this.#open.delete(begun)) return;
    const { device, path, content, finish } = begun;
    const alive = !device.user.fs.dead;
    this.#ledger.byPerson(device, () => {
      try {
        finish();
      } catch (error) {
        if ((error as { code?: string }).code === undefined) throw error;
      }
    });
    if (alive) this.#ledger.finished(device, content, content.slice(0, content.length >> 1), path);
  }
}

const at = (path: string): string => `${ROOT}/${path}`;
const parentOf = (path: string): string => at(path).slice(0, at(path).lastIndexOf('/'));
const isFile = (type: string): boolean => type === 'file';

/** Everything people do to files, by its name. */
export const DEEDS = {
  create: (person, device) => {
    const path = person.path();
    person.finishOn(device);
    device.user.mkdirp(parentOf(path));
    device.user.save(
      at(path),
      bytesOfText(person.text(device)),
      person.random.pick(['in-place', 'rename', 'backup'] as const),
    );
    return path;
  },
  edit: (person, device) => {
    const path = person.existing(device, isFile);
    person.finishOn(device);
    device.user.save(at(path), bytesOfText(person.text(device)), person.random.pick(['in-place', 'rename'] as const));
    return path;
  },
  append: (person, device) => {
    const path = person.existing(device, isFile);
    person.finishOn(device);
    device.user.appendFile(at(path), bytesOfText(`\n${device.name} adds ${person.random.int(1000)}.`));
    return path;
  },
  'write-slowly': (person, device) => {
    const path = person.existing(device, isFile);
    const content = person.text(device);
    person.begin(device, path, content);
    return path;
  },
  remove: (person, device) => {
    const path = person.existing(device, isFile);
    device.user.remove(at(path));
    return path;
  },
  'remove-directory': (person, device) => {
    const path = person.existing(device, (type) => type === 'directory');
    device.user.remove(at(path));
    return path;
  },
  move: (person, device) => {
    const from = person.existing(device, isFile);
    const to = person.path();
    device.user.mkdirp(parentOf(to));
    device.user.move(at(from), at(to));
    return `${from} to ${to}`;
  },
  'move-directory': (person, device) => {
    const from = person.existing(device, (type) => type === 'directory');
    const to = person.random.pick([person.directory(), `${from}2`]);
    device.user.mkdirp(parentOf(to));
    device.user.move(at(from), at(to));
    return `${from} to ${to}`;
  },
  'change-case': (person, device) => {
    const from = person.existing(device);
    const to = from === from.toUpperCase() ? from.toLowerCase() : from.toUpperCase();
    device.user.mkdirp(parentOf(to));
    device.user.move(at(from), at(to));
    return `${from} to ${to}`;
  },
  'file-to-directory': (person, device) => {
    const path = person.existing(device, isFile);
    device.user.remove(at(path));
    device.user.mkdirp(at(path));
    device.user.writeFile(`${at(path)}/in`, bytesOfText(person.text(device)));
    return path;
  },
  'directory-to-file': (person, device) => {
    const path = person.existing(device, (type) => type === 'directory');
    device.user.remove(at(path));
    device.user.writeFile(at(path), bytesOfText(person.text(device)));
    return path;
  },
  rotate: (person, device) => {
    const [one, other] = [person.existing(device, isFile), person.existing(device, isFile)];
    const { user } = device;
    user.move(at(one), `${ROOT}/aside.tmp`);
    user.move(at(other), at(one));
    user.move(`${ROOT}/aside.tmp`, at(other));
    return `${one} and ${other}`;
  },
  'make-directory': (person, device) => {
    const path = person.directory();
    device.user.mkdirp(at(path));
    return path;
  },
  link: (person, device) => {
    const path = person.path();
    const target = person.random.pick(['x', '../x', '/etc/passwd', 'a', 'nowhere']);
    device.user.mkdirp(parentOf(path));
    device.user.remove(at(path));
    device.user.symlink(target, at(path));
    return `${path} to ${target}`;
  },
  'make-executable': (person, device) => {
    const path = person.existing(device, isFile);
    const mode = person.random.pick([0o644, 0o755]);
    device.user.chmod(at(path), mode);
    return `${path} ${mode.toString(8)}`;
  },
  touch: (person, device) => {
    const path = person.existing(device, isFile);
    device.user.touch(at(path));
    return path;
  },
} as const satisfies { readonly [name: string]: Deed };
