import type { FieldName } from '../../../record/ids.ts';
import { fullNameIn, isMadeUpOf } from '../../../record/made-up-name.ts';
import { equalValues, type Fields, type Plain, type Value } from '../../../record/value.ts';
import type { Component, ContentLine, Edit, LineStyle } from '../../text/content-lines.ts';
import { paramOf, paramStyleOf } from './line-params.ts';
import type { PropertyRule } from './property-rule.ts';
import { entryOf, hasOwnKey, ruleFor, ruleForLine } from './property-table.ts';
import { type CardField, readCard } from './read-card.ts';
import { saidBy } from './restated.ts';
import { splitAt, unescapeText, type VcardVersion } from './vcard-text.ts';
import { areAlike, CardLines, inLists } from './write-card.ts';
import { mapOf } from './written.ts';

/** Fields by which alone nothing is written. */
const INCIDENTAL: ReadonlySet<string> = new Set(['updated', 'created']);

/**
 * Edits that bring a card from what it says (`before`) to what it shall say; lines of what is equal in both stay as they are. `shows`: the version
 * by which `after` is a projection.
 */
export function patchCard(
  card: Component,
  before: Fields,
  after: Fields,
  style: LineStyle,
  shows: VcardVersion,
): readonly Edit[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.filter((field) => !equalValues(before.get(field) ?? null, after.get(field) ?? null));
  if (changed.every((field) => INCIDENTAL.has(field))) return [];
  return new CardPatch(card, before, after, style, shows).edits(changed);
}

/** Is it one of several that a line may say? */
const isWord = (field: FieldName): boolean => mapOf(field) === 'keywords' || mapOf(field) === 'nicknames';

class CardPatch {
  readonly #card: Component;
  readonly #before: Fields;
  readonly #after: Fields;
  readonly #fields: ReadonlyMap<FieldName, CardField>;
  readonly #lines: CardLines;
  readonly #shows: VcardVersion;
  readonly #edits: Edit[] = [];
  readonly #groups: { next: number };

  constructor(card: Component, before: Fields, after: Fields, style: LineStyle, shows: VcardVersion) {
    const { version, fields } = readCard(card, before);
    this.#card = card;
    this.#shows = shows;
    this.#before = before;
    this.#after = after;
    this.#fields = new Map(fields.map((each) => [each.field, each]));
    this.#lines = new CardLines(version, paramStyleOf(card.lines, version), style);
    const numbers = card.lines.map(({ group }) => Number(/^item(\d+)$/i.exec(group ?? '')?.[1] ?? 0));
    this.#groups = { next: Math.max(0, ...numbers) + 1 };
  }

  edits(changed: readonly FieldName[]): readonly Edit[] {
    const renamed = this.#renamed(changed);
    const taken = new Set(renamed.values());
    this.#changeWords(changed.filter(isWord));
    // Of two lines that say something of one person, the first is an entry.
    for (const areUnknown of [false, true])
      for (const field of changed) {
        const known = this.#fields.get(field);
        if (isWord(field) || field.startsWith('vCard/') !== areUnknown || (known !== undefined && taken.has(known)))
          continue;
        this.#change(field, renamed.get(field) ?? known);
      }
    this.#renewMadeUpName();
    return this.#edits;
  }

  /** Who has no name is called by what else the card says: what it does not say any more is nobody's name. */
  #renewMadeUpName(): void {
    if (fullNameIn(this.#before) !== null || fullNameIn(this.#after) !== null) return;
    const line = this.#card.lines.find(({ name }) => name.toUpperCase() === 'FN');
    if (line === undefined || paramOf(line, 'DERIVED')?.toLowerCase() !== 'true') return;
    if (!isMadeUpOf(unescapeText(line.value, this.#lines.version).trim(), this.#after))
      this.#replace(line, this.#lines.text(this.#lines.fullName({}, this.#after)));
  }

  /** What is said of another one by now, whose key is in the name of the field: it stays where it stands. */
  #renamed(changed: readonly FieldName[]): ReadonlyMap<FieldName, CardField> {
    const found = new Map<FieldName, CardField>();
    const gone = new Map<string, CardField[]>();
    const keyed = changed.filter((field) => hasOwnKey(mapOf(field)));
    for (const field of keyed) {
      const known = this.#fields.get(field);
      if (known === undefined || (this.#after.get(field) ?? null) !== null) continue;
      const said = saidBy(mapOf(field), known.value as Plain);
      const same = gone.get(said);
      if (same === undefined) gone.set(said, [known]);
      else same.push(known);
    }
    for (const field of gone.size === 0 ? [] : keyed) {
      const value = this.#after.get(field) ?? null;
      if (value === null || this.#fields.has(field)) continue;
      const known = gone.get(saidBy(mapOf(field), value as Plain))?.shift();
      if (known !== undefined) found.set(field, known);
    }
    return found;
  }

  #change(field: FieldName, known: CardField | undefined): void {
    const value = this.#after.get(field) ?? null;
    const map = mapOf(field);
    if (field === 'name') this.#changeName(known, value as Plain | null);
    else if (value === null) this.#remove(known);
    else if (known === undefined) this.#insert(this.#composed(field, value), map);
    else {
      const [entry, former] = [entryOf(map, field, value as Plain), entryOf(map, known.field, known.value as Plain)];
      // Of a line that says more than its source can show, only that is known.
      if (known.field === field && equalValues(this.#shown(map, former), entry)) return;
      const rule = ruleFor(map, entry, this.#lines.version);
      if (rule !== null) this.#rewrite(known, rule, map, entry, former);
      else if (map.startsWith('vCard/')) {
        const existing = { lines: known.lines, before: former };
        this.#exchange(known.lines, this.#lines.unknown(value as Plain, existing, this.#groups));
      } else this.#exchange(known.lines, this.#lines.other([field], this.#after, this.#groups));
    }
  }

  #shown(map: string, entry: Plain): Value {
    return ruleFor(map, entry, this.#shows)?.shown?.(entry, this.#shows) ?? null;
  }

  /** Lines by every name that can say it; where none can, it is another property (`rule`). */
  #rewrite(known: CardField, rule: PropertyRule, map: string, entry: Plain, former: Plain): void {
    let isSaid = false;
    for (const lines of [...known.again, known.lines]) {
      const own = ruleForLine((lines[0] as ContentLine).name, map, entry, rule, this.#lines.version);
      const isLast = lines === known.lines;
      if (own !== null) this.#exchange(lines, this.#lines.entry(own, entry, lines, this.#groups, former));
      else this.#exchange(lines, isLast && !isSaid ? this.#lines.entry(rule, entry, null, this.#groups) : []);
      isSaid ||= own !== null;
    }
  }

  #composed(field: FieldName, value: Value): readonly string[] {
    const map = mapOf(field);
    const entry = entryOf(map, field, value as Plain);
    const rule = ruleFor(map, entry, this.#lines.version);
    if (rule !== null) return this.#lines.entry(rule, entry, null, this.#groups);
    return this.#lines.other([field], this.#after, this.#groups);
  }

  #changeName(known: CardField | undefined, value: Plain | null): void {
    const before = (this.#before.get('name' as FieldName) ?? {}) as Plain;
    const after = value ?? {};
    // A line that says nothing yet is no field, and is there all the same.
    const [full = null, parts = null] = ['FN', 'N'].map(
      (name) => [...(known?.lines ?? []), ...this.#card.lines].find((line) => line.name.toUpperCase() === name) ?? null,
    );
    const isOther = (...names: string[]): boolean =>
      names.some((name) => !equalValues(before[name] ?? null, after[name] ?? null));
    const former = (line: ContentLine | null) => (line === null ? null : { line, before });
    if (isOther('full', 'fullParams')) {
      const line = this.#lines.text(this.#lines.fullName(after, this.#after, former(full)));
      if (full === null) this.#insert([line], 'name');
      else this.#replace(full, line);
    }
    if (!isOther('components', 'vCardParams')) return;
    const line = this.#lines.text(this.#lines.nameParts(after, former(parts)));
    if (parts === null) this.#insert([line], 'name');
    else this.#replace(parts, line);
  }

  /** Words that stand several in a line. A new keyword comes into a line of them that is there. */
  #changeWords(changed: readonly FieldName[]): void {
    const listed = [...this.#fields.values()].filter(({ part }) => part !== null);
    const lineOf = ({ lines }: CardField): ContentLine => lines[0] as ContentLine;
    const stays = ({ field }: CardField): boolean => {
      const after = this.#after.get(field) ?? null;
      return after !== null && areAlike(this.#before.get(field) ?? after, after);
    };
    const touched = new Set(listed.filter(({ field }) => changed.includes(field)).map(lineOf));
    const added = changed.filter((field) => {
      const known = this.#fields.get(field);
      return (this.#after.get(field) ?? null) !== null && (known === undefined || !stays(known));
    });
    const keywords = listed.find((each) => mapOf(each.field) === 'keywords' && stays(each));
    const joining = keywords === undefined ? [] : added.filter((field) => mapOf(field) === 'keywords');
    const joined = keywords === undefined || joining.length === 0 ? null : lineOf(keywords);
    if (joined !== null) touched.add(joined);
    for (const line of touched) {
      const raw = splitAt(line.value, ',');
      const kept = listed
        .filter((each) => lineOf(each) === line && stays(each))
        .map(({ field, part }) => {
          const [before, after] = [this.#before.get(field) ?? null, this.#after.get(field) as Value];
          return equalValues(before, after) ? (raw[part as number] as string) : this.#lines.word(field, after);
        });
      if (line === joined) for (const field of joining) kept.push(this.#lines.word(field, true));
      this.#replace(line, kept.length === 0 ? '' : this.#lines.text({ ...line, value: kept.join(',') }));
    }
    for (const list of inLists(added.filter((field) => !joining.includes(field))))
      this.#insert(this.#lines.other(list, this.#after, this.#groups), mapOf(list[0]));
  }

  #remove(known: CardField | undefined): void {
    // A label two entries share stays with the other one.
    const others = [...this.#fields.values()].filter(
      (each) => each !== known && (this.#after.get(each.field) ?? null) !== null,
    );
    for (const line of [known?.lines ?? [], ...(known?.again ?? [])].flat())
      if (!others.some(({ lines }) => lines.includes(line))) this.#replace(line, '');
  }

  /** The lines of a field, each in the place of the one it replaces; more of them right behind. */
  #exchange(lines: readonly ContentLine[], written: readonly string[]): void {
    lines.forEach((line, at) => {
      const isLast = at === lines.length - 1;
      this.#replace(line, isLast ? written.slice(at).join('') : (written[at] ?? ''));
    });
  }

  #replace({ start, end }: ContentLine, line: string): void {
    this.#edits.push({ start, end, text: line });
  }

  /** Behind the last line of its kind, else at the end. */
  #insert(lines: readonly string[], map: string): void {
    const like = [...this.#fields.values()].filter((each) =>
      map === 'name' ? each.field === 'name' : mapOf(each.field) === map,
    );
    const ends = like.flatMap((each) => [each.lines, ...each.again].flatMap((lines) => lines.map(({ end }) => end)));
    // Behind a component that is never closed, everything is part of it.
    const { components, inner } = this.#card;
    const last = components.find(({ problem }) => problem !== null)?.start ?? inner.end;
    const at = ends.length > 0 && map !== '' ? Math.max(...ends) : last;
    this.#edits.push({ start: at, end: at, text: lines.join('') });
  }
}
