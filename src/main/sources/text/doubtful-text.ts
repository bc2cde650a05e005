import { equalBytes } from '../../platform/equal-bytes.ts';
import { type RecordId, recordId } from '../../record/ids.ts';
import type { ItemProblem } from '../source-adapter.ts';
import type { ListedDocument } from './document-place.ts';
import { recordIdOfUid } from './item-ids.ts';
import type { Known } from './known-revisions.ts';
import { digestOf, type Loaded, lineOf } from './loaded-text.ts';
import type { Damaged, NativeItem, TextFormat } from './text-format.ts';

/*
 * What a text does not tell for sure: what is damaged, what may be yet to come, what may be but the beginning of an item. None of it counts as
 * deleted or changed.
 */

/**
 * What cannot be understood is named and is nobody's deletion: where it cannot be told which item it was, none of its document counts as gone, and
 * none of those that went `astray`.
 */
export function damagedIn(
  document: Loaded,
  many: boolean,
  known: Known,
  claimed: ReadonlySet<RecordId>,
  astray: ReadonlySet<RecordId>,
): readonly ItemProblem[] {
  const missing = new Set<RecordId>();
  for (const { id } of known.in.get(document.name) ?? []) if (!claimed.has(id)) missing.add(id);
  const problems: ItemProblem[] = [];
  // A text that ends within an item may be cut off there: all that is missing may have come after it.
  let unknown = cutIn(document);
  for (const damaged of document.text.damaged) {
    const named = recordIdOfUid(damaged.name);
    if (!missing.delete(named)) unknown ??= damaged;
    const id = claimed.has(named) ? recordId(`${named} (line ${lineOf(document.bytes, damaged.start)})`) : named;
    problems.push({ id, code: 'malformed', detail: damaged.detail });
  }
  if (unknown !== null) {
    const where = `line ${lineOf(document.bytes, unknown.start)}${many ? ` of ${document.name}` : ''}`;
    for (const id of new Set([...missing, ...astray]))
      problems.push({
        id,
        code: 'malformed',
        detail: `it may be what is damaged at ${where}: mend that, and it is clear whether this was deleted`,
      });
  }
  // A file of its own is removed where its item is; one that says nothing is what a crash or another program left of it.
  const { items, damaged } = document.text;
  if (many && items.length === 0 && damaged.length === 0)
    for (const id of missing)
      problems.push({
        id,
        code: 'malformed',
        detail: `${document.name} is there and says nothing: put it back, or remove it`,
      });
  document.ids.forEach((id, at) => {
    if (id !== null) return;
    const item = document.text.items[at] as NativeItem;
    const line = lineOf(document.bytes, item.spans[0]?.start ?? 0);
    problems.push({ id: recordId(`line ${line}`), code: 'malformed', detail: 'it cannot be understood' });
  });
  return problems;
}

/**
 * What a text held that is not there any more, while others that it held turned up elsewhere: it has another name now, or was put together with
 * another one. What went with the whole of it is not among them.
 */
export function goneAstray(
  documents: readonly ListedDocument[],
  known: Known,
  claimed: ReadonlySet<RecordId>,
): ReadonlySet<RecordId> {
  const there = new Set(documents.map(({ name }) => name));
  const astray = new Set<RecordId>();
  for (const [name, own] of known.in) {
    if (there.has(name)) continue;
    const missing = own.filter(({ id }) => !claimed.has(id));
    for (const { id, pieces } of missing) if (missing.length < pieces) astray.add(id);
  }
  return astray;
}

/** The item a text ends within: of one that is cut off, or not yet written to its end. null: it ends with a whole one. */
export function cutIn({ bytes, text }: Loaded): Damaged | null {
  const last = text.damaged.at(-1);
  if (last === undefined || text.items.some(({ spans }) => spans.some(({ start }) => start >= last.end))) return null;
  return Buffer.from(bytes.subarray(last.end)).toString('latin1').trim() === '' ? last : null;
}

/** Is a text written just now, and may some of what the snapshot knows be yet to come? */
export function isUnsettled(
  format: TextFormat,
  { name, fresh, bytes }: Loaded,
  known: Known,
  claimed: ReadonlySet<RecordId>,
): boolean {
  if (!fresh) return false;
  const own = known.in.get(name) ?? [];
  const breaksOff = format.breaksOffUnseen === true && own.length > 0 && bytes.at(-1) !== LINE_END;
  return breaksOff || own.some(({ id }) => !claimed.has(id));
}

/** The last item of such a text, where it is another than the snapshot knows and may be but the beginning of it. */
export function tornItem(format: TextFormat, { name, text, ids }: Loaded, known: Known): NativeItem | null {
  const at = text.items.length - 1;
  const item = text.items[at];
  if (format.breaksOffUnseen === undefined || item === undefined) return null;
  const before = known.in.get(name)?.find(({ id }) => id === ids[at]);
  return before === undefined || equalBytes(before.digest, digestOf(text, item)) ? null : item;
}

const LINE_END = 10;
