import ignore, { type Ignore } from 'ignore';
import { OWN_DIRECTORY } from './path-guard.ts';

/** The file at the root whose rules (gitignore syntax) travel with the collection. */
export const IGNORE_FILE = '.lockstepignore';

/** What this source leaves out by its own settings; the same syntax, one pattern an entry. */
export interface RuleSettings {
  /** Only what these select is inside; empty: everything. */
  readonly only: readonly string[];
  readonly ignore: readonly string[];
}

/** Rules mean the same on every device, whatever its disk makes of case. */
const OPTIONS = { ignorecase: false, allowRelativePaths: true } as const;
/** The library remembers every path it was asked about; this many, and it is made to forget. */
const REMEMBERED = 4_000;

/**
 * Tells what is outside a files source: never listed, never constructed, copies stay (DESIGN 4). Of `.lockstep` everything is, of
 * `.lockstepignore` nothing. With `only`, a directory that may hold something selected is inside.
 */
export class IgnoreRules {
  readonly #ignored: BoundedRules | null;
  readonly #selected: BoundedRules | null;
  readonly #leads: readonly LeadingPattern[];

  /** `ignoreFile`: the text of `.lockstepignore`, '' where there is none. Lines that are no pattern count for nothing, as in git. */
  constructor(ignoreFile: string, settings: RuleSettings) {
    const ignored = ignore(OPTIONS).add(ignoreFile).add(settings.ignore);
    this.#ignored =
      hasPattern(ignoreFile.split('\n')) || hasPattern(settings.ignore) ? new BoundedRules(ignored) : null;
    const only = settings.only.filter((pattern) => hasPattern([pattern]));
    this.#selected = only.length === 0 ? null : new BoundedRules(ignore(OPTIONS).add(only));
    this.#leads = only.filter((pattern) => !pattern.startsWith('!')).map(leadingPattern);
  }

  /** Is nothing left out but our own directory? Lets a walk skip asking. */
  get empty(): boolean {
    return this.#ignored === null && this.#selected === null;
  }

  outside(id: string, isDirectory: boolean): boolean {
    if (id === IGNORE_FILE || id === '') return false;
    if (id === OWN_DIRECTORY || id.startsWith(`${OWN_DIRECTORY}/`)) return true;
    if (this.empty) return false;
    const path = isDirectory ? `${id}/` : id;
    if (this.#ignored?.matches(path)) return true;
    if (this.#selected === null || this.#selected.matches(path)) return false;
    return !(isDirectory && this.#leads.some((pattern) => pattern.mayLead(id)));
  }

  /** Is a directory inside for nothing but that something selected may lie in it? */
  onlyLeads(id: string): boolean {
    return this.#selected !== null && !this.#selected.matches(`${id}/`);
  }
}

function hasPattern(lines: readonly string[]): boolean {
  return lines.some((line) => line.trim() !== '' && !line.startsWith('#'));
}

class BoundedRules {
  readonly #rules: Ignore;
  #asked: Ignore;
  #count = 0;

  constructor(rules: Ignore) {
    this.#rules = rules;
    this.#asked = ignore(OPTIONS).add(rules);
  }

  matches(path: string): boolean {
    if (++this.#count > REMEMBERED) {
      this.#count = 0;
      this.#asked = ignore(OPTIONS).add(this.#rules);
    }
    return this.#asked.ignores(path);
  }
}

interface LeadingPattern {
  /** Could something below this directory be selected? */
  mayLead(directory: string): boolean;
}

/** A pattern without an inner slash is found at any depth; one with it only along its own components, up to a `**`. */
function leadingPattern(pattern: string): LeadingPattern {
  const body = pattern.trimEnd().replace(/\/+$/, '');
  if (!body.includes('/')) return { mayLead: () => true };
  const components = body.replace(/^\//, '').split('/');
  const deep = components.indexOf('**');
  const fixed = (deep < 0 ? components : components.slice(0, deep)).map(
    (part) => new BoundedRules(ignore(OPTIONS).add(`/${part}`)),
  );
  return {
    mayLead(directory) {
      const parts = directory.split('/');
      if (deep < 0 && parts.length >= components.length) return false;
      return parts.every((part, at) => at >= fixed.length || (fixed[at] as BoundedRules).matches(part));
    },
  };
}
