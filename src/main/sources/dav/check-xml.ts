/** Nested deeper, or with more kinds of elements, than anything a server has to say of collections. */
const DEEPEST = 64;
const MOST_NAMES = 1000;
/** Elements, attributes and what stands beside them: a list of some 200,000 resources has as many. */
const MOST_NODES = 1_500_000;

const NAME = '[^\\s<>/"\'=&!?]+';
const START = /\ufeff?\s*/y;
const TEXT = /[^<&]+/y;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#\d{1,8}|#x[\da-f]{1,8});/iy;
const OPENING = new RegExp(`<(${NAME})`, 'y');
const ATTRIBUTE = new RegExp(`\\s+${NAME}\\s*=\\s*(["'])`, 'y');
const OPENED = /\s*(\/?)>/y;
const CLOSING = new RegExp(`</${NAME}\\s*>`, 'y');
/** What stands beside elements, by how it begins and ends. */
const ASIDES: readonly (readonly [begins: string, ends: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
];

/**
 * Is an answer of a server fit for the parser of tsdav? That one makes objects of everything, goes on where something is wrong, and looks through
 * all names of an element for each text in it: one that is made for it takes all memory there is, or hours. Linear in the length of the text.
 */
export function checkXml(text: string): 'fit' | 'broken' | 'too-much' {
  const reader = new Reader(text);
  const names = new Set<string>();
  let depth = 0;
  let nodes = 0;
  reader.take(START);
  while (!reader.isAtEnd) {
    if (nodes > MOST_NODES || names.size > MOST_NAMES || depth > DEEPEST) return 'too-much';
    const said = reader.take(TEXT) ?? reader.take(REFERENCE);
    if (said !== null) {
      if (depth === 0 && said[0].trim() !== '') return 'broken';
    } else if (reader.takeAside()) nodes++;
    else if (reader.take(CLOSING) !== null) depth--;
    else {
      const element = reader.takeElement(MOST_NODES - nodes);
      if (element === null) return 'broken';
      names.add(element.name);
      nodes += 1 + element.attributes;
      if (!element.isEmpty) depth++;
    }
    if (depth < 0) return 'broken';
  }
  return depth === 0 ? 'fit' : 'broken';
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }
  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** null: something else comes next. */
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }

  /** A comment, an instruction or a text that is marked as one; false: something else comes next, or it has no end. */
  takeAside(): boolean {
    const aside = ASIDES.find(([begins]) => this.#text.startsWith(begins, this.#at));
    return aside !== undefined && this.#takeUpTo(aside[1], aside[0].length) !== null;
  }

  /** The tag with which an element begins, with no more than so many attributes; null: it is none. */
  takeElement(most: number): { readonly name: string; readonly attributes: number; readonly isEmpty: boolean } | null {
    const name = this.take(OPENING)?.[1];
    if (name === undefined) return null;
    let attributes = 0;
    for (let quote = this.take(ATTRIBUTE)?.[1]; quote !== undefined; quote = this.take(ATTRIBUTE)?.[1]) {
      const value = this.#takeUpTo(quote, 0);
      if (value === null || ++attributes > most || !hasReferencesOnly(value)) return null;
    }
    const opened = this.take(OPENED);
    return opened === null ? null : { name, attributes, isEmpty: opened[1] !== '' };
  }

  #takeUpTo(ends: string, after: number): string | null {
    const from = this.#at + after;
    const end = this.#text.indexOf(ends, from);
    if (end < 0) return null;
    this.#at = end + ends.length;
    return this.#text.slice(from, end);
  }
}

/** Is each ampersand in it the beginning of a character that is written so? */
function hasReferencesOnly(value: string): boolean {
  for (let at = value.indexOf('&'); at >= 0; at = value.indexOf('&', at + 1)) {
    REFERENCE.lastIndex = at;
    if (!REFERENCE.test(value)) return false;
  }
  return true;
}
