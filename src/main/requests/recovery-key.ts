import type { RecoveryKeyView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import type { Replica } from '../replica.ts';

/** Does this about the recovery keys of a collection, and says which there are then. `key`: the one to use. */
export function recoveryKey(
  engine: Engine,
  replica: Replica,
  action: 'show' | 'make' | 'drop' | 'use',
  key: string | null,
): RecoveryKeyView {
  const { members } = engine;
  const made = action === 'make' ? members.makeRecoveryKey(replica) : null;
  if (action === 'drop') members.dropRecoveryKeys(replica);
  if (action === 'use') members.redeemRecoveryKey(replica, key ?? '');
  const { membership } = replica;
  const role = membership.member(engine.deviceId)?.role ?? 'reader';
  return {
    key: made,
    keys: membership.recoveryKeys().map(({ id, addedBy }) => ({ id, by: addedBy })),
    role: role === 'relay' ? 'reader' : role,
  };
}
