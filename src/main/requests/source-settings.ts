import type { SourceChange, SourceSettingsView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';
import { ENTRY, fileEntry } from '../record/file-entry.ts';
import { isLive, shownFields } from '../merge/record-state.ts';
import type { Replica } from '../replica.ts';
import type { SourceSettings } from '../store/registry-store.ts';
import { findNamed } from './find-named.ts';
import { sourceView } from './status-view.ts';

/** Sources here, what is selected and what is ignored; and changes of that (CLI `source`). */
export async function changeSource(engine: Engine, replica: Replica, change: SourceChange): Promise<SourceSettingsView> {
  if (change.add !== undefined) await engine.addSource(replica, engine.place(change.add, true));
  if (change.remove !== undefined) {
    const source = findNamed('source', [...replica.synchronizers.values()], change.remove, (each) => each.source.id, (each) => each.source.location);
    await engine.removeSource(replica, source.source.row);
  }
  const { only, ignore, readOnly } = change;
  if (only !== undefined || ignore !== undefined || readOnly !== undefined)
    for (const [row, { source }] of replica.synchronizers) await engine.changeRules(replica, row, merged(source.settings, only, ignore, readOnly));
  return settingsView(replica);
}

function merged(before: SourceSettings, only?: readonly string[], ignore?: readonly string[], readOnly?: boolean): SourceSettings {
  const given = (patterns: readonly string[] | undefined, old: readonly string[]) => (patterns === undefined ? old : patterns.filter((each) => each !== ''));
  for (const pattern of [...(only ?? []), ...(ignore ?? [])])
    if (pattern.includes('\n')) throw new LockstepError('bad-pattern', 'A pattern is one line.', pattern);
  return { only: given(only, before.only), ignore: given(ignore, before.ignore), readOnly: readOnly ?? before.readOnly };
}

function settingsView(replica: Replica): SourceSettingsView {
  const [first] = replica.synchronizers.values();
  return {
    sources: [...replica.synchronizers.values()].map((each) => sourceView(replica, each)),
    only: first?.source.settings.only ?? [],
    ignore: first?.source.settings.ignore ?? [],
    outside: countOutside(replica),
  };
}

/** Live records that rules keep out of the sources here. Asks every record, so it is not for what is shown all the time. */
export function countOutside(replica: Replica): number {
  const { records, kind, log } = replica.collection;
  const [first] = replica.synchronizers.values();
  if (first === undefined) return 0;
  let outside = 0;
  for (let page = records.page(null, 1000); page.length > 0; page = records.page(page.at(-1)?.id ?? null, 1000))
    for (const { id, state } of page) {
      if (!isLive(state)) continue;
      const isDirectory = fileEntry(shownFields(kind, state, log.order).get(ENTRY)?.value)?.type === 'directory';
      if (first.adapter.outside(id, isDirectory)) outside++;
    }
  return outside;
}
