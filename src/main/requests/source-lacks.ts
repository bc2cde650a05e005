import type { LackView, SourceLacksView } from '../../contract/contract.ts';
import { allRecords } from '../history/find-record.ts';
import { recordTitle } from '../history/value-view.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import { inTurns } from '../platform/in-turns.ts';
import type { FieldName } from '../record/ids.ts';
import type { Fields } from '../record/value.ts';
import type { Replica } from '../replica.ts';
import { fieldsOf } from '../snapshot/lens.ts';
import type { LostField } from '../snapshot/lost-fields.ts';
import { missedFields } from './missed-fields.ts';

/** Of those affected so many are named. */
const NAMED = 200;
/** Maps whose entries are of several kinds: a photo is not a logo. */
const OF_KIND: ReadonlySet<string> = new Set(['anniversaries', 'media', 'titles']);

const known = new WeakMap<Replica, { readonly key: string; readonly found: Promise<readonly SourceLacksView[]> }>();

/**
 * What each source of contacts or events here has no place for, of what the records really say; a source that holds all of it is not named.
 * Reckoned anew only when something changed, and never for long at a time.
 */
export function sourceLacks(replica: Replica): Promise<readonly SourceLacksView[]> {
  const heads = replica.collection.log.logs().map(({ log, held }) => `${log}.${held}`);
  const key = [...replica.synchronizers.keys(), ...heads].join(' ');
  const before = known.get(replica);
  if (before?.key === key) return before.found;
  const found = reckon(replica);
  known.set(replica, { key, found });
  found.catch(() => known.delete(replica));
  return found;
}

async function reckon(replica: Replica): Promise<readonly SourceLacksView[]> {
  const { collection } = replica;
  const { kind, log } = collection;
  const sums = [...replica.synchronizers.values()].flatMap(({ source, adapter }) =>
    kind === 'files' || adapter.project === undefined
      ? []
      : [{ source: source.id, project: (full: Fields) => adapter.project?.(full) ?? full, sum: new Sum() }],
  );
  if (sums.length === 0) return [];
  for await (const { id, state } of inTurns(allRecords(collection))) {
    if (!isLive(state)) continue;
    const full = fieldsOf(shownFields(kind, state, log.order));
    for (const { project, sum } of sums) {
      const held = project(full);
      const lost = missedFields(kind, full, held);
      if (lost.length > 0)
        sum.add(
          id,
          recordTitle(kind, id, (field) => full.get(field)),
          lost,
          held,
        );
    }
  }
  return sums.flatMap(({ source, sum }) => (sum.records === 0 ? [] : [sum.view(source)]));
}

class Sum {
  records = 0;
  readonly #named: { readonly id: string; readonly title: string }[] = [];
  readonly #lacks = new Map<
    string,
    { map: string; kind: string | null; how: LackView['how']; held: number; records: number }
  >();

  add(id: string, title: string, lost: readonly LostField[], held: Fields): void {
    this.records++;
    if (this.#named.length < NAMED) this.#named.push({ id, title });
    const counted = new Set<string>();
    for (const one of lost) {
      const map = mapOf(one.field);
      const kind = kindOf(map, one);
      const beside = one.isPart ? 0 : [...held.keys()].filter((field) => isEntryOf(map, field)).length;
      const how = one.isPart ? 'part' : beside > 0 && kind === null ? 'more' : 'all';
      const key = `${map} ${kind ?? ''} ${how}`;
      const lack = this.#lacks.get(key) ?? { map, kind, how, held: 0, records: 0 };
      this.#lacks.set(key, lack);
      lack.held = Math.max(lack.held, beside);
      if (!counted.has(key)) lack.records++;
      counted.add(key);
    }
  }
  view(source: string): SourceLacksView {
    const lacks = [...this.#lacks.values()].sort((a, b) => b.records - a.records || (a.map < b.map ? -1 : 1));
    return { source, records: this.records, lacks, named: this.#named };
  }
}

const mapOf = (field: FieldName): string => field.split('/')[0] ?? field;
const isEntryOf = (map: string, field: FieldName): boolean => field.startsWith(`${map}/`);

function kindOf(map: string, { value }: LostField): string | null {
  if (!OF_KIND.has(map) || value === null || typeof value !== 'object') return null;
  const { kind } = value as { readonly kind?: unknown };
  return typeof kind === 'string' ? kind : null;
}
