import type { CheckView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { membershipChecks } from './membership-checks.ts';
import { relayChecks } from './relay-checks.ts';
import { statusView } from './status-view.ts';

/** Is all well with this device, as far as it can tell, and what helps where it is not. */
export function doctor(engine: Engine): readonly CheckView[] {
  return [
    databaseCheck(engine),
    keysCheck(engine.world.keys.kept),
    copiesCheck(engine),
    { check: 'listening', ok: true, detail: engine.network.listenAddress, fix: null },
    ...membershipChecks(engine.replicas.values()),
    ...relayChecks(statusView(engine).collections),
  ];
}

function databaseCheck(engine: Engine): CheckView {
  const found = engine.world.database.pragma('quick_check', { simple: true });
  const ok = found === 'ok';
  return {
    check: 'database',
    ok,
    detail: String(found),
    fix: ok ? null : 'Stop Lockstep and move lockstep.db away: it is made anew from the folders and the other devices.',
  };
}

function keysCheck(kept: 'file' | 'system'): CheckView {
  const detail =
    kept === 'system'
      ? 'locked by the keychain of the system, passwords of servers too'
      : 'in a file only you can read, not in a keychain, and so are passwords of servers: encrypt your disk';
  return { check: 'keys', ok: true, detail, fix: null };
}

/** Did two computers write as one? What was found before the last start may be long settled. */
function copiesCheck({ events, replicas }: Engine): CheckView {
  const twice = [...replicas.values()].flatMap((replica) => {
    const frozen = replica.collection.log.logs().filter((log) => log.frozen);
    const names = new Set(frozen.map(({ log }) => replica.authorName(log)));
    return [...names].map((name) => `${name} in ${replica.collection.stored.name}`);
  });
  if (events.warnings.length === 0)
    return {
      check: 'copies',
      ok: true,
      detail:
        twice.length === 0 ? 'no device was copied or restored' : `wrote as two computers once: ${twice.join(', ')}`,
      fix: null,
    };
  const fix =
    'Restored from a backup: nothing is to be done. Copied to another computer: stop one of the two, give it an empty data directory, and join from there.';
  return { check: 'copies', ok: false, detail: events.warnings.join(' '), fix };
}
