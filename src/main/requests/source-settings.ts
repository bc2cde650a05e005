import type { SourceChange, SourceSettingsView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';
import type { SourceSettings } from '../store/registry-store.ts';
import { countOutside } from './count-outside.ts';
import { findNamed } from './find-named.ts';
import { isPathElsewhere, patternFromRoot } from './record-at-path.ts';
import { sourceView } from './status-view.ts';

/** Sources here, what is selected and what is ignored; and changes of that (CLI `source`). */
export async function changeSource(
  engine: Engine,
  replica: Replica,
  change: SourceChange,
): Promise<SourceSettingsView> {
  const { kind } = replica.collection;
  const patterns = [...(change.only ?? []), ...(change.ignore ?? [])];
  checkPatterns(replica, patterns);
  // What lies in a source that is about to be added is nowhere yet.
  if (change.add === undefined) checkInside(engine, replica, patterns);
  if (change.add !== undefined)
    await engine.addSource(
      replica,
      await engine.place(change.add, { kind, format: change.format ?? null, create: true }),
    );
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
  const { world } = engine;
  const fromRoot = (patterns?: readonly string[]) => patterns?.map((each) => patternFromRoot(world, replica, each));
  const [only, ignore] = [fromRoot(change.only), fromRoot(change.ignore)];
  const { readOnly } = change;
  if (only !== undefined || ignore !== undefined || readOnly !== undefined)
    for (const [row, { source }] of replica.synchronizers)
      await engine.changeRules(replica, row, merged(source.settings, only, ignore, readOnly));
  return settingsView(replica);
}

/** Fails with `bad-pattern`; with `not-files` where there are no paths to match: the whole of it would go on being kept in step. */
function checkPatterns({ id, collection, synchronizers }: Replica, patterns: readonly string[]): void {
  const roots = [...synchronizers.values()].map(({ source }) => source.location);
  const broken = patterns.find((pattern) => pattern.includes('\n'));
  if (broken !== undefined) throw new LockstepError('bad-pattern', 'A pattern is one line.', broken);
  if (collection.kind !== 'files' && patterns.some((pattern) => pattern !== ''))
    throw new LockstepError(
      'not-files',
      `${collection.stored.name} is no folder of files: it is kept in step as a whole, without patterns.`,
      id,
    );
  const upward = patterns.find((pattern) => pattern.replace(/^!/, '').split('/').includes('..'));
  if (upward !== undefined)
    throw new LockstepError(
      'bad-pattern',
      `${upward} would match nothing: patterns begin at the root of the folder (${roots.join(', ')}), and .. leads nowhere in them.`,
      upward,
    );
  const root = patterns.find((pattern) => roots.includes(pattern.replace(/(?<=.)[/\\]+$/, '')));
  if (root !== undefined)
    throw new LockstepError(
      'bad-pattern',
      `${root} is all of ${collection.stored.name}. Name what lies in it; with --only '' all of it is kept in step again.`,
      root,
    );
}

/** Fails with `bad-pattern` for the whole path of what lies in no source: it would match nothing. */
function checkInside({ world }: Engine, replica: Replica, patterns: readonly string[]): void {
  const isElsewhere = (pattern: string) =>
    patternFromRoot(world, replica, pattern) === pattern && isPathElsewhere(world, replica, pattern);
  const elsewhere = patterns.find(isElsewhere);
  if (elsewhere === undefined) return;
  const roots = [...replica.synchronizers.values()].map(({ source }) => source.location);
  throw new LockstepError(
    'bad-pattern',
    `${elsewhere} lies outside of ${replica.collection.stored.name} (${roots.join(', ')}) and would match nothing there. If you mean what is called so in there, leave the first / away.`,
    elsewhere,
  );
}

function merged(
  before: SourceSettings,
  only?: readonly string[],
  ignore?: readonly string[],
  readOnly?: boolean,
): SourceSettings {
  const given = (patterns: readonly string[] | undefined, old: readonly string[]) =>
    patterns === undefined ? old : patterns.filter((each) => each !== '');
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
    readOnly: first?.source.settings.readOnly ?? false,
    outside: countOutside(replica),
  };
}
