import type { SourceChange, SourceSettingsView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';
import type { SourceSettings } from '../store/registry-store.ts';
import { countOutside } from './count-outside.ts';
import { findNamed } from './find-named.ts';
import { sourceView } from './status-view.ts';

/** Sources here, what is selected and what is ignored; and changes of that (CLI `source`). */
export async function changeSource(
  engine: Engine,
  replica: Replica,
  change: SourceChange,
): Promise<SourceSettingsView> {
  const { kind } = replica.collection;
  if (change.add !== undefined)
    await engine.addSource(replica, await engine.place(change.add, true, { kind, format: change.format ?? null }));
  if (change.remove !== undefined) {
    const source = findNamed(
      'source',
      [...replica.synchronizers.values()],
      change.remove,
      (each) => each.source.id,
      (each) => each.source.location,
    );
    await engine.removeSource(replica, source.source.row);
  }
  const { only, ignore, readOnly } = change;
  if (only !== undefined || ignore !== undefined || readOnly !== undefined)
    for (const [row, { source }] of replica.synchronizers)
      await engine.changeRules(replica, row, merged(source.settings, only, ignore, readOnly));
  return settingsView(replica);
}

function merged(
  before: SourceSettings,
  only?: readonly string[],
  ignore?: readonly string[],
  readOnly?: boolean,
): SourceSettings {
  const given = (patterns: readonly string[] | undefined, old: readonly string[]) =>
    patterns === undefined ? old : patterns.filter((each) => each !== '');
  for (const pattern of [...(only ?? []), ...(ignore ?? [])])
    if (pattern.includes('\n')) throw new LockstepError('bad-pattern', 'A pattern is one line.', pattern);
  return {
    only: given(only, before.only),
    ignore: given(ignore, before.ignore),
    readOnly: readOnly ?? before.readOnly,
  };
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
