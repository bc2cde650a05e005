import type { SeededRandom } from '../../fakes/seeded-random.ts';
import type { SimulatedDav } from '../../fakes/simulated-dav.ts';
import { beforeRename } from '../../fakes/simulated-user.ts';
import { latin1, viewRoot } from '../root-view.ts';
import { ROOT, type SimulatedDevice } from '../simulated-device.ts';

export type ItemKind = 'contacts' | 'calendar';
/** How a device has its items: all in one text, one or more in each text of a folder, as rows of a table, or each by itself on a server. */
export type Shape = 'text' | 'folder' | 'table' | 'server';

const FORMATS: { readonly [K in ItemKind]: { readonly [S in Shape]: string } } = {
  contacts: { text: 'vcard', folder: 'vcard-folder', table: 'csv-google', server: 'carddav' },
  calendar: { text: 'icalendar', folder: 'icalendar-folder', table: 'icalendar', server: 'caldav' },
};
const ENDINGS = { contacts: '.vcf', calendar: '.ics' } as const;
/** What a person writes is made of numbers that nobody wrote before, so that each can be looked for. */
const NUMBER = /555\d{7}/g;
/** Of Google, as far as it is of use here. */
const HEADER = `First Name,Last Name,E-mail 1 - Value,${[1, 2, 3, 4, 5, 6, 7, 8].map((at) => `Phone ${at} - Label,Phone ${at} - Value`).join(',')},Notes`;
/** What a later version of such a program may have as well. */
export const MORE_COLUMNS = ['Middle Name', 'Nickname', 'Organization Name', 'Birthday'] as const;
const CALENDAR = ['BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//elsewhere//EN\r\n', 'END:VCALENDAR\r\n'] as const;

const rowOf = (header: string, cells: { readonly [column: string]: string }): string =>
  header
    .split(',')
    .map((column) => cells[column] ?? '')
    .join(',');
/** Does it begin with an occurrence of a series? */
const isOccurrence = (item: string): boolean => item.slice(0, item.indexOf('END:')).includes('RECURRENCE-ID');
const uidOf = (component: string): string => /^UID:(.*?)\r?$/m.exec(component)?.[1] ?? component;
export const numbersIn = (text: string): readonly string[] => text.match(NUMBER) ?? [];

/** Where one device has its items, as a person and other programs read and write it. */
export class Shelf {
  readonly device: SimulatedDevice;
  readonly kind: ItemKind;
  readonly shape: Shape;
  readonly path: string;
  /** What people last saved, by its path. */
  readonly #meant = new Map<string, string>();
  /** New names of texts, by those they had. */
  readonly #renamed = new Map<string, string>();
  /** First rows that were ever written to the table. */
  readonly #headers = new Set([HEADER]);
  /** Texts that stood there once, as a backup has them; microseconds since 1970. */
  readonly past: { readonly path: string; readonly text: string; readonly modified: number }[] = [];

  /** null: it is on a disk. */
  readonly server: SimulatedDav | null;

  /** `server`: where the items are on one; several devices may have theirs there. */
  constructor(
    device: SimulatedDevice,
    kind: ItemKind,
    shape: Shape,
    name = 'items',
    server: SimulatedDav | null = null,
  ) {
    this.device = device;
    this.server = server;
    this.kind = kind;
    this.shape = shape;
    const ending = shape === 'table' && kind === 'contacts' ? '.csv' : ENDINGS[kind];
    const place = shape === 'folder' ? `${ROOT}/${name}` : `${ROOT}/${name}${ending}`;
    this.path = server === null ? place : `https://${device.name.toLowerCase()}.example/items/`;
  }
  get format(): string {
    return FORMATS[this.kind][this.shape];
  }
  /** Has it a text for each item, or for a few of them? */
  get isOfMany(): boolean {
    return this.shape === 'folder' || this.server !== null;
  }
  get isTable(): boolean {
    return this.format.startsWith('csv');
  }

  get #away(): string {
    return `${this.path}.away`;
  }
  /** Somebody moved it out of the way. */
  get isAway(): boolean {
    return this.server === null && this.device.user.fs.lstat(this.#away) !== null;
  }

  /** The texts there are, by their paths, also where they are out of the way just now. */
  texts(): ReadonlyMap<string, string> {
    if (this.server !== null) return new Map([...this.server.cards].map(([path, { text }]) => [path, text]));
    const { user } = this.device;
    const there = this.isAway ? this.#away : this.path;
    const names =
      this.shape === 'folder' ? user.fs.readDirectory(there).map(({ name }) => `${this.path}/${name}`) : [this.path];
    const texts = names
      .filter(
        (path) => !path.includes('/.') && (this.shape !== 'folder' || path.toLowerCase().endsWith(ENDINGS[this.kind])),
      )
      .sort()
      .flatMap((path) => {
        const text = user.readText(there + path.slice(this.path.length));
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
    return new Set([...files.flatMap(({ content }) => numbersIn(content)), ...this.numbers()]);
  }

  /** Of a calendar all that stands together under one UID is one item. */
  itemsIn(text: string): readonly string[] {
    if (this.isTable)
      return text
        .split('\r\n')
        .slice(1)
        .filter((row) => row !== '');
    const name = this.kind === 'contacts' ? 'VCARD' : 'VEVENT|VTODO';
    const items: string[] = [];
    let last = 0;
    for (const { 0: item, index } of text.matchAll(new RegExp(`BEGIN:(${name})\\r?\\n[^]*?END:\\1\\r?\\n`, 'g'))) {
      const before = items.at(-1);
      // Occurrences stand behind their series; another series of the UID is another item.
      const isOne = isOccurrence(item) && before !== undefined && last === index && uidOf(before) === uidOf(item);
      if (isOne) items[items.length - 1] = before + item;
      else items.push(item);
      last = index + item.length;
    }
    return items;
  }
  /** How many items there are. */
  count(): number {
    const items = [...this.texts()].flatMap(([path, text]) => this.itemsIn(text).map((item) => [path, item] as const));
    if (this.kind === 'contacts') return items.length;
    const whole = items.filter(([, item]) => !isOccurrence(item));
    const series = (list: typeof items): ReadonlySet<string> =>
      new Set(list.map(([path, item]) => `${path} ${uidOf(item)}`));
    return whole.length + series(items).difference(series(whole)).size;
  }
  /** The first row of a table. */
  headerOf(text: string): string {
    const end = text.indexOf('\r\n');
    return end < 0 ? HEADER : text.slice(0, end);
  }
  /** A text of these items. */
  textOf(items: readonly string[], header = HEADER): string {
    if (this.isTable) return [header, ...items].map((row) => `${row}\r\n`).join('');
    return this.kind === 'contacts' ? items.join('') : `${CALENDAR[0]}${items.join('')}${CALENDAR[1]}`;
  }
  withItem(text: string, item: string): string {
    if (this.isTable) return text === '' ? this.textOf([item]) : `${text.replace(/(?<!\n)$/, '\r\n')}${item}\r\n`;
    if (this.kind === 'contacts') return text + item;
    // Another program may have written it with other line ends.
    const end = /END:VCALENDAR\r?\n/;
    return end.test(text) ? text.replace(end, (last) => item + last) : this.textOf([item]);
  }

  /** An item as short as it can be, of a table with this header. */
  item(person: number, uid: string, number: string, header = HEADER): string {
    if (this.isTable)
      return rowOf(header, {
        'First Name': `Given${person}`,
        'Last Name': `Family${person}`,
        'E-mail 1 - Value': `p${person}@example.org`,
        'Phone 1 - Value': number,
      });
    return this.kind === 'contacts'
      ? `BEGIN:VCARD\r\nVERSION:4.0\r\nUID:${uid}\r\nFN:Given${person} Family${person}\r\nN:Family${person};Given${person};;;\r\nEMAIL:p${person}@example.org\r\nTEL:${number}\r\nEND:VCARD\r\n`
      : `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:2026030${1 + (person % 9)}T100000Z\r\nSUMMARY:Meeting ${person} ${number}\r\nEND:VEVENT\r\n`;
  }
  /** The item with one more thing in it; as it is where it has that already. */
  extended(item: string, number: string, header = HEADER): string {
    if (this.isTable) {
      const cells = item.split(',');
      const at = header.split(',').indexOf('Notes');
      // Of a row that is cut off the last cell is another one, where a number may say nothing.
      if (cells.length !== header.split(',').length || cells[at] !== '') return item;
      return cells.with(at, number).join(',');
    }
    const name = this.kind === 'contacts' ? 'NOTE' : 'DESCRIPTION';
    return item.includes(`${name}:`) ? item : item.replace(/END:(?:VCARD|VEVENT|VTODO)/, `${name}:${number}\r\n$&`);
  }
  /** A table as another program writes it, which has its columns otherwise. null: its cells are not to be told apart so simply. */
  withColumns(text: string, arrange: (columns: readonly string[]) => readonly string[]): string | null {
    if (text.includes('"')) return null;
    const columns = this.headerOf(text).split(',');
    const header = arrange(columns).join(',');
    this.#headers.add(header);
    const rows = this.itemsIn(text).map((row) => {
      const cells = row.split(',');
      return rowOf(header, Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])));
    });
    return this.textOf(rows, header);
  }

  /** A copy of all that is whole is put by. */
  backUp(): void {
    if (this.isAway) return;
    for (const [path, text] of this.texts()) {
      const stat = this.server === null ? this.device.user.fs.lstat(path) : { modifiedNs: 0n };
      if (
        stat === null ||
        text === '' ||
        this.#isTorn(text) ||
        this.past.some((each) => each.path === path && each.text === text)
      )
        continue;
      this.past.push({ path, text, modified: Number(stat.modifiedNs / 1000n) });
    }
  }

  /** Saves a text, as a program does that writes it in place, or beside it and renames that. */
  save(path: string, text: string, how: 'in-place' | 'rename'): void {
    if (this.server !== null) {
      this.server.set(path, text);
      return;
    }
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
  /** The text, or the folder of them, is moved out of the way, or back. */
  moveAway(isAway: boolean): void {
    const [from, to] = isAway ? [this.path, this.#away] : [this.#away, this.path];
    this.device.user.move(from, to);
  }
  /** Is there something at the path of a text? */
  has(path: string): boolean {
    return this.server === null ? this.device.user.fs.lstat(path) !== null : this.server.cards.has(path);
  }
  /** Takes a text away. */
  remove(path: string): void {
    if (this.server === null) this.device.user.remove(path);
    else this.server.set(path, null);
  }
  /** The path of a text that is not there yet. */
  pathOf(name: string): string {
    const directory = this.server === null ? `${this.path}/` : new URL(this.path).pathname;
    return `${directory}${name}${ENDINGS[this.kind]}`;
  }
  /** Gives a text another name. */
  rename(path: string, to: string): void {
    this.device.user.move(path, to);
    const meant = this.#meantAt(path);
    if (meant !== undefined) this.#meant.set(to, meant);
    this.#renamed.set(path, to);
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
    const torn = this.isAway || this.server !== null ? [] : this.#torn();
    if (torn.length === 0) return null;
    for (const path of torn) this.save(path, this.#meantAt(path) ?? '', 'rename');
    return `write ${torn} again`;
  }
  /** What people last saved there, or under the name it got then: a loss of power may take the name back, and leave what was written. */
  #meantAt(path: string): string | undefined {
    return this.#meant.get(path) ?? this.#meant.get(this.#renamed.get(path) ?? '');
  }
  #torn(): readonly string[] {
    return [...this.texts()].flatMap(([path, text]) =>
      (text === '' && this.#meantAt(path) !== '') || this.#isTorn(text) ? path : [],
    );
  }
  #isTorn(text: string): boolean {
    if (text.includes('\0')) return true;
    if (this.isTable)
      return text !== '' && !(text.endsWith('\n') && [...this.#headers].some((header) => text.startsWith(header)));
    const count = (line: string): number => text.split(line).length;
    return (
      ['VCARD', 'VEVENT', 'VTODO', 'VCALENDAR'].some((name) => count(`BEGIN:${name}`) !== count(`END:${name}`)) ||
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
