import type { SeededRandom } from '../fakes/seeded-random.ts';
import { beforeRename } from '../fakes/simulated-user.ts';
import { latin1, viewRoot } from './root-view.ts';
import { ROOT, type SimulatedDevice } from './simulated-device.ts';

export type ItemKind = 'contacts' | 'calendar';
/** How a device has its items: all in one text, one or more in each text of a folder, or as rows of a table. */
export type Shape = 'text' | 'folder' | 'table';

const FORMATS: { readonly [K in ItemKind]: { readonly [S in Shape]: string } } = {
  contacts: { text: 'vcard', folder: 'vcard-folder', table: 'csv-google' },
  calendar: { text: 'icalendar', folder: 'icalendar-folder', table: 'icalendar' },
};
const ENDINGS = { contacts: '.vcf', calendar: '.ics' } as const;
/** What a person writes is made of numbers that nobody wrote before, so that each can be looked for. */
const NUMBER = /555\d{7}/g;
/** Of Google, as far as it is of use here. */
const HEADER = `First Name,Last Name,E-mail 1 - Value,${[1, 2, 3, 4, 5, 6, 7, 8].map((at) => `Phone ${at} - Label,Phone ${at} - Value`).join(',')},Notes\r\n`;
const CALENDAR = ['BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//elsewhere//EN\r\n', 'END:VCALENDAR\r\n'] as const;

const cellsIn = (row: string): number => row.split(',').length;
export const numbersIn = (text: string): readonly string[] => text.match(NUMBER) ?? [];

/** Where one device has its items, as a person and other programs read and write it. */
export class Shelf {
  readonly device: SimulatedDevice;
  readonly kind: ItemKind;
  readonly shape: Shape;
  readonly path: string;
  /** What people last saved, by its path. */
  readonly #meant = new Map<string, string>();

  constructor(device: SimulatedDevice, kind: ItemKind, shape: Shape) {
    this.device = device;
    this.kind = kind;
    this.shape = shape;
    const ending = shape === 'table' && kind === 'contacts' ? '.csv' : ENDINGS[kind];
    this.path = shape === 'folder' ? `${ROOT}/items` : `${ROOT}/items${ending}`;
  }
  get format(): string {
    return FORMATS[this.kind][this.shape];
  }
  get isTable(): boolean {
    return this.format.startsWith('csv');
  }

  /** The texts there are, by their paths. */
  texts(): ReadonlyMap<string, string> {
    const { user } = this.device;
    const names =
      this.shape === 'folder'
        ? user.fs.readDirectory(this.path).map(({ name }) => `${this.path}/${name}`)
        : [this.path];
    const texts = names
      .filter(
        (path) => !path.includes('/.') && (this.shape !== 'folder' || path.toLowerCase().endsWith(ENDINGS[this.kind])),
      )
      .sort()
      .flatMap((path) => {
        const text = user.readText(path);
        return text === null ? [] : [[path, text] as const];
      });
    return new Map(texts);
  }
  /** The numbers of all texts, of each as often as it is there. */
  numbers(): readonly string[] {
    return [...this.texts().values()].flatMap(numbersIn);
  }
  /** The same, also of what a program left beside its texts. */
  allNumbers(): ReadonlySet<string> {
    const files = [...(viewRoot(this.device.disk, ROOT)?.values() ?? [])];
    return new Set(files.flatMap(({ content }) => numbersIn(content)));
  }

  itemsIn(text: string): readonly string[] {
    if (this.isTable)
      return text
        .split('\r\n')
        .slice(1)
        .filter((row) => row !== '');
    const name = this.kind === 'contacts' ? 'VCARD' : 'VEVENT';
    return text.match(new RegExp(`BEGIN:${name}\\r?\\n[^]*?END:${name}\\r?\\n`, 'g')) ?? [];
  }
  /** A text of these items. */
  textOf(items: readonly string[]): string {
    if (this.isTable) return HEADER + items.map((row) => `${row}\r\n`).join('');
    return this.kind === 'contacts' ? items.join('') : `${CALENDAR[0]}${items.join('')}${CALENDAR[1]}`;
  }
  withItem(text: string, item: string): string {
    if (this.isTable) return text === '' ? this.textOf([item]) : `${text.replace(/(?<!\n)$/, '\r\n')}${item}\r\n`;
    if (this.kind === 'contacts') return text + item;
    // Another program may have written it with other line ends.
    const end = /END:VCALENDAR\r?\n/;
    return end.test(text) ? text.replace(end, (last) => item + last) : this.textOf([item]);
  }

  /** An item as short as it can be. */
  item(person: number, uid: string, number: string): string {
    if (this.isTable) return `Given${person},Family${person},p${person}@example.org,,${number}${','.repeat(15)}`;
    return this.kind === 'contacts'
      ? `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:Given${person} Family${person}\r\nN:Family${person};Given${person};;;\r\nEMAIL:p${person}@example.org\r\nTEL:${number}\r\nEND:VCARD\r\n`
      : `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:2026030${1 + (person % 9)}T100000Z\r\nSUMMARY:Meeting ${person} ${number}\r\nEND:VEVENT\r\n`;
  }
  /** The item with one more thing in it; as it is where it has that already. */
  extended(item: string, number: string): string {
    // Of a row that is cut off the last cell is another one, where a number may say nothing.
    if (this.isTable) return item.endsWith(',') && cellsIn(item) === cellsIn(HEADER) ? `${item}${number}` : item;
    const [line, end] =
      this.kind === 'contacts' ? [`NOTE:${number}`, 'END:VCARD'] : [`DESCRIPTION:${number}`, 'END:VEVENT'];
    return item.includes(line.slice(0, 5)) ? item : item.replace(end, `${line}\r\n${end}`);
  }

  /** Saves a text, as a program does that writes it in place, or beside it and renames that. */
  save(path: string, text: string, how: 'in-place' | 'rename'): void {
    const { user } = this.device;
    const former = this.#meant.get(path);
    this.#meant.set(path, text);
    try {
      user.save(path, text, how);
    } catch (error) {
      // Who finds no room takes away what it began.
      if (how === 'rename') {
        user.remove(beforeRename(path));
        if (former !== undefined) this.#meant.set(path, former);
      }
      throw error;
    }
  }
  /** Gives a text another name. */
  rename(path: string, to: string): void {
    this.device.user.move(path, to);
    const meant = this.#meant.get(path);
    if (meant !== undefined) this.#meant.set(to, meant);
  }
  /** Begins to save it in place; the function returned writes the rest. */
  saveSlowly(path: string, text: string): () => void {
    this.#meant.set(path, text);
    return this.device.user.writeInTwoSteps(path, text);
  }
  /** The power goes. Fails where a text is torn that no person wrote last: what the program writes is on the disk before it has its name. */
  losePower(random: SeededRandom): void {
    const before = this.texts();
    this.device.losePower(random);
    for (const path of this.#torn()) {
      const last = before.get(path);
      // The program writes beside what was torn before.
      if (last !== undefined && !this.#isTorn(last) && this.#meant.get(path)?.startsWith(last) !== true)
        throw new Error(`${this.device.name}: the power tore ${path}, which the program wrote: ${last}`);
    }
  }
  /** What the power, or a full disk, left half written is written again by whoever wrote it. null: nothing is. */
  repair(): string | null {
    const torn = this.#torn();
    if (torn.length === 0) return null;
    for (const path of torn) this.save(path, this.#meant.get(path) ?? '', 'rename');
    return `write ${torn} again`;
  }
  #torn(): readonly string[] {
    return [...this.texts()].flatMap(([path, text]) =>
      (text === '' && this.#meant.get(path) !== '') || this.#isTorn(text) ? path : [],
    );
  }
  #isTorn(text: string): boolean {
    if (text.includes('\0')) return true;
    if (this.isTable) return text !== '' && !text.startsWith(HEADER.slice(0, -2));
    const count = (line: string): number => text.split(line).length;
    return (
      ['VCARD', 'VEVENT', 'VCALENDAR'].some((name) => count(`BEGIN:${name}`) !== count(`END:${name}`)) ||
      !/(^|\n)$/.test(text)
    );
  }
  /** All of it, for people. */
  shown(): string {
    return [...(viewRoot(this.device.disk, ROOT) ?? [])]
      .filter(([, { type }]) => type === 'file')
      .map(([path, { content }]) => `--- ${this.device.name} ${path}\n${latin1(Buffer.from(content, 'latin1'))}`)
      .join('\n');
  }
}
