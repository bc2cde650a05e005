import { ENTRY, EXISTS, fileEntry } from '../record/file-entry.ts';
import { revisionIn, storedRevision } from '../snapshot/stored-revision.ts';
import type { Inspected } from '../sources/source-adapter.ts';
import { expectedOf, isLeftByPower, planOf } from './keep-expected.ts';
import type { Suspect, There, Verdict } from './keep-judge.ts';
import type { KeepPort } from './keep-port.ts';

type SnapshotPort = Pick<KeepPort, 'kept' | 'clock'>;

/** A suspect of which it is known what became. */
export interface Judged {
  readonly suspect: Suspect;
  readonly standing: Inspected;
  readonly verdict: Verdict;
}

/** The snapshot says of a suspect what was found out. Inside a transaction. */
export function noteJudged(port: SnapshotPort, { suspect, standing, verdict }: Judged): void {
  const { each, source, row } = suspect;
  if (isGoneWhereLeftOut(suspect, verdict)) {
    forgetHeld(port, suspect);
    each.collection.records.dropSnapshot(source.row, row);
  } else if (verdict === 'let-go') doubt(suspect);
  else if (verdict === 'made') noteMade(port, suspect, standing as There);
  else expectAgain(port, suspect, standing);
}

/** Whatever it turns out to be, it is not what it was: that content is not to be had from there any more. */
export function forgetHeld(port: SnapshotPort, { each, source, row }: Suspect): void {
  const held = expectedOf(each.collection, source, row)?.held;
  if (held?.type === 'file') port.kept.forgetHolder(held.digest, source.row, row, port.clock.now());
}

/** Whatever is there is read once more: after a power loss even what looks the same may be other. */
function doubt({ each, source, row, power }: Suspect): void {
  const stored = each.collection.records.snapshot(source.row, row);
  if (!power || stored === undefined || stored.revision === null) return;
  each.collection.records.putSnapshot(source.row, row, storedRevision(revisionIn(stored.revision), true), stored.held);
}

/** It was written, and the program ended before it could say so. The next look reads it once more. */
function noteMade(port: SnapshotPort, { each, source, row }: Suspect, standing: There): void {
  const plan = planOf(each.collection, source, row);
  if (plan === null) return;
  const { before, planned } = plan;
  const { records } = each.collection;
  const [old, made] = [fileEntry(before?.get(ENTRY)?.value), fileEntry(planned.held.get(ENTRY)?.value)];
  if (old?.type === 'file') port.kept.forgetHolder(old.digest, source.row, row, port.clock.now());
  if (made?.type === 'file' && made.size > 0) port.kept.noteHolder(made.digest, source.row, row);
  records.putSnapshot(source.row, row, storedRevision(standing.revision, true), planned.held);
}

/** The snapshot says what stands there, so that construction replaces it and the next look sees no edit in it. */
function expectAgain(port: SnapshotPort, { each, source, row }: Suspect, standing: Inspected): void {
  const plan = planOf(each.collection, source, row);
  if (plan === null) return;
  const { before, planned } = plan;
  const { records } = each.collection;
  const lost = fileEntry(before?.get(ENTRY)?.value);
  if (lost?.type === 'file') port.kept.forgetHolder(lost.digest, source.row, row, port.clock.now());
  const held = new Map(planned.held);
  if (standing.is !== 'there') {
    // It still stands for the value it held, so that in a conflict it gets that one again.
    for (const field of [EXISTS, ENTRY]) held.set(field, { value: null, dots: held.get(field)?.dots ?? [] });
    if (planned.fields === null) records.dropSnapshot(source.row, row);
    else records.putSnapshot(source.row, row, null, held);
    return;
  }
  const stands = fileEntry(standing.fields.get(ENTRY));
  if (stands?.type === 'file' && stands.size > 0) port.kept.noteHolder(stands.digest, source.row, row);
  held.set(EXISTS, { value: true, dots: held.get(EXISTS)?.dots ?? [] });
  // Its time and mode too are what stands there: else they would stay where the record comes to have these very bytes.
  for (const field of new Set([...held.keys(), ...standing.fields.keys()]))
    if (field !== EXISTS)
      held.set(field, { value: standing.fields.get(field) ?? null, dots: held.get(field)?.dots ?? [] });
  records.putSnapshot(source.row, row, storedRevision(standing.revision, false), held);
}

/** Is what the power left in a place that is left out there no more? It is neither made again there nor doubted once more. */
const isGoneWhereLeftOut = ({ each, source, row, id, power }: Suspect, verdict: Verdict): boolean =>
  source.leavesOut(id) &&
  (verdict === 'again' || (power && verdict === 'let-go' && isLeftByPower(each.collection, source, row)));
