import type { ConflictDetailView } from '../../contract/contract.ts';
import { placeLabels } from '../../contract/place-labels.ts';
import { authorOf } from '../past/author-of.ts';
import type { HistoryPort } from '../past/history-port.ts';
import { lackWords } from '../past/lack-words.ts';
import { fileEntry } from '../record/file-entry.ts';
import type { RecordId } from '../record/ids.ts';
import type { Value } from '../record/value.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { baseOf, conflictView } from './conflict-view.ts';
import { LONGEST_TEXT, mergeTexts, textOf } from './merge-texts.ts';
import type { OpenConflict } from './open-conflicts.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'contents' | 'sources'>;
type Text = { readonly text: string; readonly why: null } | { readonly text: null; readonly why: string | null };

/** What the conflict dialog shows beyond the list: the texts, and a merge of two of them with what they came from. Asks peers for content. */
export async function conflictDetail(
  port: Port,
  record: StoredRecord,
  conflict: OpenConflict,
): Promise<ConflictDetailView> {
  const base = baseOf(port, conflict);
  const baseText = base === null ? null : (await readText(port, conflict.record, base.value)).text;
  const texts: ({ readonly value: string } & Text)[] = [];
  for (const value of conflict.values) {
    const read: Text =
      value.kind === 'delete' ? { text: null, why: null } : await readText(port, conflict.record, value.value);
    texts.push({ value: value.id, ...read });
  }
  const view = conflictView(port, record, conflict);
  const dots = [...(base === null ? [] : [base.dot]), ...conflict.values.map(({ latest }) => latest)];
  const names = Object.fromEntries(dots.map((dot) => authorOf(port, dot)).map(({ device, name }) => [device, name]));
  return { conflict: view, baseText, texts, merged: merge(baseText, view, texts, names), names };
}

function merge(
  baseText: string | null,
  view: ConflictDetailView['conflict'],
  texts: readonly Text[],
  names: ConflictDetailView['names'],
): ConflictDetailView['merged'] {
  const [left, right, ...more] = texts;
  if (baseText === null || more.length > 0 || typeof left?.text !== 'string' || typeof right?.text !== 'string')
    return null;
  const labels = placeLabels(view.values.flatMap(({ places = [] }) => places));
  const nameOf = (at: number): string => {
    const { device = '', places = [] } = view.values[at] ?? {};
    return [names[device] ?? '', ...places.map((place) => labels.get(place) ?? place)].join(', ');
  };
  return mergeTexts(baseText, { name: nameOf(0), text: left.text }, { name: nameOf(1), text: right.text });
}

/** The text of a value: of a file its content, of a field the string it is. Other values have none, and need no reason. */
async function readText(port: Port, record: RecordId, value: Value): Promise<Text> {
  if (typeof value === 'string') return { text: value, why: null };
  const entry = fileEntry(value);
  if (entry === null) return { text: null, why: null };
  if (entry.type !== 'file')
    return { text: null, why: entry.type === 'directory' ? 'It is a folder.' : `It is a link to ${entry.target}.` };
  if (entry.size > LONGEST_TEXT) return { text: null, why: 'It is too big to be shown as a text.' };
  const bytes = await port.contents.read(record, entry);
  if (bytes === null) return { text: null, why: `Its content is not here, and ${lackWords(port, 'it')}.` };
  return { text: textOf(bytes), why: null };
}
