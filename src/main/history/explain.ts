import type { ExplainView } from '../../contract/contract.ts';
import { undoWords } from '../../contract/undo-words.ts';
import type { Change } from '../change-log/change.ts';
import { listed } from '../conflicts/conflict-view.ts';
import { oneWith } from '../conflicts/one-with.ts';
import { openConflicts } from '../conflicts/open-conflicts.ts';
import { writersOf } from '../conflicts/writers-of.ts';
import {
  conflictFields,
  hasRightOne,
  isConflict,
  isLive,
  largestDot,
  type Sibling,
  shownSibling,
} from '../merge/record-state.ts';
import { authorOf } from '../past/author-of.ts';
import type { HistoryPort, HistorySource } from '../past/history-port.ts';
import { lackWords } from '../past/lack-words.ts';
import { replacedBy } from '../past/record-past.ts';
import { valueView } from '../past/value-view.ts';
import { ALIAS_OF, alsoIn, MATCHED_BY, textsIn } from '../record/alias.ts';
import { compareTexts } from '../record/compare-texts.ts';
import { fieldRule } from '../record/field-rules.ts';
import { EXISTS } from '../record/file-entry.ts';
import { CHANGES_PER_PACKAGE, type Dot, type FieldName, type RecordId } from '../record/ids.ts';
import { isOverride } from '../record/series.ts';
import type { Fields, Value } from '../record/value.ts';
import { fieldsOf, nativeOf, sameFields } from '../snapshot/lens.ts';
import { STAYS, type StoredProblem } from '../store/problem-store.ts';
import type { StoredRecord } from '../store/record-store.ts';
import { undoneBy } from './change-view.ts';
import { makesOne } from './fusions.ts';
import { isOutside } from './verify.ts';

type Port = Pick<HistoryPort, 'collection' | 'members' | 'sources'>;

/** Small numbers in words. */
const COUNTS: readonly string[] = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Why a record is as it is, also one that is deleted: each value with who wrote it when, and the rule by which it stands there. */
export function explainRecord(port: Port, record: StoredRecord): ExplainView {
  const names = [...record.state.fields.keys()].sort((a, b) =>
    a === EXISTS ? -1 : b === EXISTS ? 1 : compareTexts(a, b),
  );
  const fields = names.flatMap((field) => explainField(port, record, field));
  const trouble = problemOf(port, record.id);
  const problem = trouble === null ? null : problemView(port, trouble);
  return { state: stateText(port, record, trouble?.problem ?? null), fields, problem };
}

/** The same of an item that never became a record, for it cannot be taken in; null: there is no problem of that name. */
export function explainProblem(port: Port, id: string): ExplainView | null {
  const trouble = problemOf(port, id as RecordId);
  return trouble === null
    ? null
    : { state: 'not in step, because of a problem', fields: [], problem: problemView(port, trouble) };
}

const problemView = (port: Port, { problem, source }: Trouble): ExplainView['problem'] => ({
  collection: port.collection.stored.id,
  source: source?.id ?? '',
  record: problem.record,
  code: problem.code,
  detail: problem.detail,
  since: new Date(problem.since).toISOString(),
});

function explainField(port: Port, record: StoredRecord, field: FieldName): ExplainView['fields'] {
  const { kind, log } = port.collection;
  const siblings = record.state.fields.get(field) ?? [];
  const rule = fieldRule(kind, field);
  const shown = shownSibling(rule, siblings, log.order);
  const told = shown !== null && hasRightOne(rule, siblings) ? [shown] : siblings;
  return [...told]
    .sort(
      (a, b) =>
        Number(b === shown) - Number(a === shown) || log.order(largestDot(b, log.order), largestDot(a, log.order)),
    )
    .map((sibling) => {
      const isOpen = isConflict(rule, siblings) && isLive(record.state);
      const dots = isOpen ? writersOf(port.collection, field, sibling, siblings) : sibling.dots;
      const { device, at } = authorOf(port, largestDot({ dots }, log.order));
      return {
        path: field,
        value: valueView(sibling.value),
        device,
        at,
        rule: ruleText(port, record, field, sibling, shown),
      };
    });
}

function ruleText(port: Port, record: StoredRecord, field: FieldName, sibling: Sibling, shown: Sibling | null): string {
  const siblings = record.state.fields.get(field) ?? [];
  if (isConflict(fieldRule(port.collection.kind, field), siblings) && isLive(record.state))
    return conflictText(port, record, field, sibling, shown);
  // What is shown of such an occurrence is what its series says.
  if (isOverride(field) && conflictFields(port.collection.kind, record.state).includes(field))
    return conflictText(port, record, field, sibling, null);
  if (siblings.length > 1 && hasRightOne(fieldRule(port.collection.kind, field), siblings))
    return field === 'sequence' ? 'the larger number wins' : 'the larger time wins';
  const dots = [...sibling.dots].sort(port.collection.log.order);
  const writers = [...new Set(dots.map((dot) => authorOf(port, dot).name))];
  if (writers.length > 1) return `merged: ${listed(writers)} wrote the same`;
  return matchText(port, dots.at(-1) as Dot, field, sibling) ?? originText(port, dots.at(-1) as Dot, field);
}

/** Why two contacts are one; null: the field does not say so, or a person did. */
function matchText(port: Port, dot: Dot, field: FieldName, { value }: Sibling): string | null {
  const change = port.collection.packages.changeAt(dot)?.change;
  const by =
    field === ALIAS_OF
      ? textsIn(writtenIn(change, MATCHED_BY))
      : field === MATCHED_BY
        ? textsIn(value)
        : alsoIn(field, value)?.by;
  if (by === undefined || by.length === 0) return null;
  return `found to be one person when the two met on ${authorOf(port, dot).name}, by ${listed(by)}`;
}

const writtenIn = (change: Change | undefined, field: FieldName): Value =>
  change?.writes.find((write) => write.field === field)?.value ?? null;

/** How a value that stands alone came to be there. */
function originText(port: Port, dot: Dot, field: FieldName): string {
  const { device, name } = authorOf(port, dot);
  const change = port.collection.packages.changeAt(dot)?.change;
  const own = device === port.members.self;
  switch (change?.cause) {
    case 'settle':
      return makesOne(port.collection, dot, change) ? `said to be one person by ${name}` : `settled by ${name}`;
    case 'restore':
      return `restored by ${name}`;
    case 'undo':
      return undoText(port, change, field);
    case 'follow-move':
      return 'it followed the record to its new name';
    default:
      if (change?.movedFrom !== undefined) return `moved from ${change.movedFrom} on ${name}`;
      if (change?.movedTo !== undefined) return `moved to ${change.movedTo} on ${name}`;
      return own ? 'written here' : `merged: only ${name} changed it`;
  }
}

/** What an undo took back: of a field, as far as that is known, what had written it. */
function undoText(port: Port, change: Change, field: FieldName): string {
  const { packages } = port.collection;
  const writes = (dot: Dot): boolean =>
    packages.changeAt(dot)?.change.writes.some((write) => write.field === field) === true;
  const dots = change.takesBack ?? replacedBy(change, field).slice(0, 1);
  const takesBack = dots.some(writes) ? dots.filter(writes) : dots;
  return undoWords(undoneBy(port, { ...change, takesBack }));
}

function conflictText(
  port: Port,
  record: StoredRecord,
  field: FieldName,
  sibling: Sibling,
  shown: Sibling | null,
): string {
  const holders = port.sources().filter((source) => {
    const held = heldIn(port, record, source)?.get(field);
    return held !== undefined && sibling.dots.some((dot) => held.dots.includes(dot));
  });
  if (holders.length > 0)
    return `kept: ${listed(holders.map((source) => source.location))} ${holders.length === 1 ? 'holds' : 'hold'} it while the conflict is open`;
  return sibling === shown
    ? 'shown where none of the values was held, while the conflict is open'
    : 'waits beside the others until a person decides';
}

function heldIn(port: Port, record: StoredRecord, source: HistorySource) {
  const stored = port.collection.records.snapshot(source.row, record.row);
  return stored === undefined ? null : port.collection.held(record, stored);
}

function stateText(port: Port, record: StoredRecord, problem: StoredProblem | null): string {
  const parts: string[] = [];
  const live = isLive(record.state);
  const conflicts = openConflicts(port.collection, record).length;
  const gone = record.state.fields.get(EXISTS)?.[0];
  const one = live ? null : oneWith(port.collection, record.id);
  if (one !== null) parts.push(`the same person as ${one}`);
  else if (!live && gone !== undefined) parts.push(deletedText(port, largestDot(gone, port.collection.log.order)));
  if (!live && gone === undefined) parts.push('known only by what others say of it; its changes have not arrived');
  const isImplied = !live && port.collection.kind === 'files' && port.collection.records.hasLiveBelow(record.id);
  if (isImplied) parts.push('a folder is there as long as something is in it');
  if (conflicts > 0)
    parts.push(
      conflicts === 1
        ? 'in conflict: a person has to choose'
        : `in conflict: ${COUNTS[conflicts] ?? conflicts} fields wait for a choice`,
    );
  if (problem !== null) parts.push('not in step here, because of a problem');
  const sources = port.sources();
  const outside = live ? sources.filter((source) => isOutside(source, record)) : [];
  if (outside.length > 0) parts.push(`outside ${listed(outside.map((source) => source.location))} by its rules`);
  const noItem = live ? sources.filter((source) => hasNoItemFor(port, record, source)) : [];
  if (noItem.length > 0)
    parts.push(`not in ${listed(noItem.map(({ location }) => location))}, which has no place for it`);
  const due =
    problem !== null || isImplied
      ? []
      : sources.filter(
          (source) => !isOutside(source, record) && !noItem.includes(source) && isDue(port, record, source),
        );
  const [waiting, onlyRead] = [due.filter(({ isWritten }) => isWritten), due.filter(({ isWritten }) => !isWritten)];
  const why = waiting.some((source) => source.lacks(record.row)) ? `: ${lackWords(port, 'its content')}` : '';
  if (waiting.length > 0) parts.push(`still to be written to ${listed(waiting.map(({ location }) => location))}${why}`);
  if (onlyRead.length > 0)
    parts.push(`not written to ${listed(onlyRead.map(({ location }) => location))}, which is only read, as you said`);
  const behind = devicesBehind(port, record);
  if (behind.length > 0) parts.push(`not yet applied on ${listed(behind)}`);
  const troubles = troublesElsewhere(port);
  if (parts.length === 0 && troubles.length > 0) parts.push('in step here');
  parts.push(...troubles);
  if (parts.length === 0) return 'in step';
  return live || parts.length > 1 || gone === undefined ? parts.join('; ') : `${parts[0]}, and in step`;
}

function deletedText(port: Port, dot: Dot): string {
  const change = port.collection.packages.changeAt(dot)?.change;
  const by = change?.cause === 'undo' ? `, by ${undoText(port, change, EXISTS)}` : '';
  return `deleted on ${authorOf(port, dot).name}${by}`;
}

/** Is it not in the source, whose format has no item for such a record? */
function hasNoItemFor(port: Port, record: StoredRecord, source: HistorySource): boolean {
  const { adapter } = source;
  if (adapter.hasNoItemFor === undefined || adapter.project === undefined) return false;
  const held = heldIn(port, record, source);
  if (held?.get(EXISTS)?.value === true) return false;
  const { fields } = port.collection.plan(record, held);
  return fields !== null && adapter.hasNoItemFor(fields, adapter.project(fields));
}

function isDue(port: Port, record: StoredRecord, source: HistorySource): boolean {
  const { kind } = port.collection;
  const stored = port.collection.records.snapshot(source.row, record.row);
  if (stored === undefined && !isLive(record.state)) return false;
  const held = port.collection.held(record, stored);
  const planned = port.collection.plan(record, held);
  const { adapter } = source;
  if (adapter.project === undefined || planned.fields === null || held === null) return planned.write;
  const project = (full: Fields, beside?: Fields): Fields => adapter.project?.(full, beside) ?? full;
  const native = nativeOf(held, stored?.native ?? null, project);
  return !sameFields(kind, project(planned.fields, native), project(fieldsOf(held), native));
}

/** Members that have not said they applied the packages the record's values are from. */
function devicesBehind(port: Port, record: StoredRecord): readonly string[] {
  const places = new Map<string, number>();
  for (const siblings of record.state.fields.values())
    for (const dot of siblings.flatMap((sibling) => sibling.dots)) {
      const { log, number } = port.collection.log.place(Math.floor(dot / CHANGES_PER_PACKAGE));
      places.set(log, Math.max(number, places.get(log) ?? 0));
    }
  const own = new Map(
    port.collection.log
      .logs()
      .map((log) => [log.log as string, log.member === '' ? null : port.members.deviceOf(log.member)]),
  );
  return port.members
    .others()
    .filter(({ device, applied }) => {
      const known = new Map<string, number>(applied);
      return [...places].some(([log, number]) => own.get(log) !== device && (known.get(log) ?? 0) < number);
    })
    .map(({ device }) => port.members.nameOf(device));
}

/** A member tells how many items are problems there, and not which. */
function troublesElsewhere(port: Port): readonly string[] {
  return port.members
    .others()
    .filter(({ problems }) => problems > 0)
    .map(({ device, problems }) => {
      const items = problems === 1 ? '1 item has a problem' : `${problems} items have a problem`;
      return `${items} on ${port.members.nameOf(device)}, which may be this one`;
    });
}

interface Trouble {
  readonly problem: StoredProblem;
  readonly source: HistorySource | null;
}

function problemOf(port: Port, record: RecordId): Trouble | null {
  const { problems, stored } = port.collection;
  for (const source of port.sources()) {
    const problem = problems.find(source.row, record);
    if (problem !== null && problem.code !== STAYS) return { problem, source };
  }
  const problem = problems.find(-stored.row, record);
  return problem === null ? null : { problem, source: null };
}
