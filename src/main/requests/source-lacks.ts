import type { LacksView, LackView, SourceLacksView } from '../../contract/contract.ts';
import { isLive, type RecordState, shownFields } from '../merge/record-state.ts';
import { recordTitle } from '../past/record-title.ts';
import { inTurns } from '../platform/in-turns.ts';
import { compareTexts } from '../record/compare-texts.ts';
import type { RecordKind } from '../record/field-rules.ts';
import { type FieldName, fieldName, type RecordId } from '../record/ids.ts';
import { withoutStrays } from '../record/series.ts';
import type { Fields } from '../record/value.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import { type LostField, lostFields } from '../snapshot/lost-fields.ts';
import type { SourceAdapter } from '../sources/source-adapter.ts';
import { missedAmong } from './missed-fields.ts';

/** Of those affected so many are named. */
const NAMED = 200;
/** Maps whose entries are of several kinds: a photo is not a logo. */
const OF_KIND: ReadonlySet<string> = new Set(['anniversaries', 'media', 'titles']);

/** So many contacts are looked at in one go: some of them take a fifth of a millisecond each. */
const AT_ONCE = 25;

/** Where something lacks: `held` entries of the kind are there. */
type Lack = Pick<LackView, 'map' | 'kind' | 'how' | 'held'>;
interface TitledLacks {
  readonly title: string;
  readonly lacks: readonly Lack[];
}
/** What was found of a record, as long as `print` says that it is the same. */
interface RecordLacks {
  readonly print: number;
  /** null: the source holds all of it. */
  readonly missing: TitledLacks | null;
}
/** By source, by row. */
type LacksBefore = ReadonlyMap<string, ReadonlyMap<number, RecordLacks>>;
interface Known {
  readonly key: string;
  readonly found: Promise<readonly SourceLacksView[]>;
  before: LacksBefore;
}
const known = new WeakMap<Replica, Known>();

/**
 * What each source of contacts or events here has no place for, of what the records really say; a source that holds all of it is not named.
 * Reckoned anew only when something changed, of what changed, and never for long at a time.
 */
export function sourceLacks(replica: Replica): Promise<readonly SourceLacksView[]> {
  const heads = replica.collection.log.logs().map(({ log, held }) => `${log}.${held}`);
  const key = [...replica.synchronizers.keys(), ...heads].join(' ');
  const last = known.get(replica);
  if (last?.key === key) return last.found;
  const before = last?.before ?? new Map();
  const reckoned = reckon(replica, before);
  const next: Known = { key, found: reckoned.then(({ views }) => views), before };
  known.set(replica, next);
  next.found.catch(() => known.delete(replica));
  reckoned.then(
    ({ found }) => {
      next.before = found;
    },
    () => undefined,
  );
  return next.found;
}

async function reckon(
  replica: Replica,
  before: LacksBefore,
): Promise<{ readonly views: readonly SourceLacksView[]; readonly found: LacksBefore }> {
  const { collection } = replica;
  const { kind, log } = collection;
  const sources = [...replica.synchronizers.values()].flatMap(({ source, adapter }) =>
    kind === 'files' || adapter.project === undefined
      ? []
      : [
          {
            id: source.id,
            adapter,
            sum: new Sum(),
            before: before.get(source.id),
            found: new Map<number, RecordLacks>(),
          },
        ],
  );
  if (sources.length === 0) return { views: [], found: new Map() };
  const kept = new Map<string, readonly Lack[]>();
  for await (const { row, id, state } of inTurns(collection.records.all(4 * AT_ONCE), AT_ONCE)) {
    if (!isLive(state)) continue;
    const print = printOf(state);
    let full: Fields | null = null;
    for (const each of sources) {
      let found = each.before?.get(row);
      if (found?.print !== print) {
        full ??= withoutStrays(fieldsOf(shownFields(kind, state, log.order)));
        const held = heldBy(each.adapter, full);
        const lost = lostFields(kind, full, held ?? new Map());
        found = { print, missing: missingOf(kind, { id, full, held, lost }, kept) };
      }
      each.found.set(row, found);
      if (found.missing !== null) each.sum.add(id, found.missing);
    }
  }
  return {
    views: sources.flatMap(({ id, sum }) => (sum.records === 0 ? [] : [{ source: id, ...sum.view() }])),
    found: new Map(sources.map(({ id, found }) => [id, found])),
  };
}

/** A record, and what a source or a copy holds of it; null: no item of such a record. */
export interface HeldRecord {
  readonly id: RecordId;
  readonly full: Fields;
  readonly held: Fields | null;
  /** As `lostFields` says; of no item everything. */
  readonly lost: readonly LostField[];
  /** Fields whose bytes are not at hand. */
  readonly away?: readonly FieldName[];
}

/** What a copy does not hold of the records that are told one after the other. */
export class CopyLacks {
  readonly #kind: RecordKind;
  readonly #sum = new Sum();
  readonly #kept = new Map<string, readonly Lack[]>();

  constructor(kind: RecordKind) {
    this.#kind = kind;
  }
  add(record: HeldRecord): void {
    const missing = missingOf(this.#kind, record, this.#kept);
    if (missing !== null) this.#sum.add(record.id, missing);
  }
  view(): LacksView {
    return this.#sum.view();
  }
}

type Shows = Pick<SourceAdapter, 'project' | 'hasNoItemFor'>;
/** What a format holds of a record; null: no item of such a record. */
export function heldBy(format: Shows, full: Fields): Fields | null {
  const held = format.project?.(full) ?? full;
  return format.hasNoItemFor?.(full, held) === true ? null : held;
}

/** Another number whenever another change wrote one of the fields (FNV-1a of their dots; 1 of 4 billion changes is missed). */
function printOf(state: RecordState): number {
  let print = 0x811c9dc5;
  for (const siblings of state.fields.values())
    for (const { dots } of siblings)
      for (const dot of dots)
        for (let part: number = dot; part > 0; part = Math.floor(part / 0x10000))
          print = Math.imul(print ^ (part % 0x10000), 0x01000193);
  return print;
}

/** `kept`: lists of lacks by what they say, for most contacts lack the same. */
function missingOf(
  kind: RecordKind,
  { id, full, held, lost, away }: HeldRecord,
  kept: Map<string, readonly Lack[]>,
): TitledLacks | null {
  if (held === null) return { title: recordTitle(kind, id, full), lacks: noItem(full) };
  const missed = missedAmong(lost, held);
  if (missed.length === 0) return null;
  const isAway = (one: LostField): boolean => away?.includes(one.field) === true;
  const found = missed.map((one) => (isAway(one) ? awayOf(one) : lackOf(one, held)));
  const lacks = new Map(found.map((lack) => [JSON.stringify(lack), lack]));
  const said = [...lacks.keys()].join();
  const list = kept.get(said) ?? [...lacks.values()];
  kept.set(said, list);
  return { title: recordTitle(kind, id, full), lacks: list };
}

/** That it is not there at all. */
const noItem = (full: Fields): readonly Lack[] => [
  { map: 'record', kind: full.get(KIND) === 'group' ? 'group' : null, how: 'all', held: 0 },
];
const KIND = fieldName('kind');

function awayOf(one: LostField): Lack {
  const map = mapOf(one.field);
  return { map, kind: kindOf(map, one), how: 'away', held: 0 };
}

function lackOf(one: LostField, held: Fields): Lack {
  const map = mapOf(one.field);
  const kind = kindOf(map, one);
  const beside = one.isPart ? 0 : [...held.keys()].filter((field) => isEntryOf(map, field)).length;
  return { map, kind, how: one.isPart ? 'part' : beside > 0 && kind === null ? 'more' : 'all', held: beside };
}

class Sum {
  records = 0;
  readonly #named: { readonly id: string; readonly title: string }[] = [];
  readonly #lacks = new Map<
    string,
    { map: string; kind: string | null; how: LackView['how']; held: number; records: number }
  >();

  add(id: string, { title, lacks }: TitledLacks): void {
    this.records++;
    if (this.#named.length < NAMED) this.#named.push({ id, title });
    const counted = new Set<string>();
    for (const { map, kind, how, held } of lacks) {
      const key = `${map} ${kind ?? ''} ${how}`;
      const lack = this.#lacks.get(key) ?? { map, kind, how, held: 0, records: 0 };
      this.#lacks.set(key, lack);
      lack.held = Math.max(lack.held, held);
      if (!counted.has(key)) lack.records++;
      counted.add(key);
    }
  }
  view(): LacksView {
    const lacks = [...this.#lacks.values()].sort((a, b) => b.records - a.records || compareTexts(a.map, b.map));
    return { records: this.records, lacks, named: this.#named };
  }
}

const mapOf = (field: FieldName): string => field.split('/')[0] ?? field;
const isEntryOf = (map: string, field: FieldName): boolean => field.startsWith(`${map}/`);

function kindOf(map: string, { value }: LostField): string | null {
  if (!OF_KIND.has(map) || value === null || typeof value !== 'object') return null;
  const { kind } = value as { readonly kind?: unknown };
  return typeof kind === 'string' ? kind : null;
}
