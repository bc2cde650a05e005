import type { PlanView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { LockstepError } from '../platform/trouble.ts';
import type { Replica } from '../replica.ts';

/** What the next sync of these would do here, and what would halt it; nothing is done. */
export async function preview(engine: Engine, replicas: readonly Replica[]): Promise<PlanView> {
  const local: PlanView['local'][number][] = [];
  const incoming: PlanView['incoming'][number][] = [];
  const halts: PlanView['halts'][number][] = [];
  let plan = '';
  for (const replica of replicas)
    for (const synchronizer of replica.synchronizers.values()) {
      const seen = await synchronizer.preview();
      local.push(...seen.local);
      if (seen.halt !== null)
        halts.push({ source: synchronizer.source.id, reason: seen.halt.reason, detail: seen.halt.detail });
      plan ||= seen.plan ?? synchronizer.plan ?? '';
      for (const record of seen.asked) incoming.push({ record, action: 'delete' });
      const { records } = replica.collection;
      for (const row of synchronizer.construction.rows()) {
        const record = records.at(row);
        if (record === null) continue;
        const planned = replica.collection.plan(record, synchronizer.heldNow(row));
        if (planned.write)
          incoming.push({
            record: record.id,
            action: planned.fields === null ? 'delete' : synchronizer.heldNow(row) === null ? 'add' : 'modify',
          });
      }
    }
  engine.changed();
  return { plan, local, incoming, halts };
}

/** The source that waits for a person with this plan, or that is this one. Fails with `no-such-plan`. */
function waitingSource(engine: Engine, planOrSource: string) {
  for (const replica of engine.replicas.values())
    for (const [row, synchronizer] of replica.synchronizers) {
      const { source, plan } = synchronizer;
      if (plan !== null && (plan === planOrSource || source.id === planOrSource || source.location === planOrSource))
        return { synchronizer, plan, look: () => engine.schedules.get(row)?.dirty(null) };
    }
  throw noSuchPlan(planOrSource);
}

const noSuchPlan = (planOrSource: string): LockstepError =>
  new LockstepError(
    'no-such-plan',
    `Nothing waits for "${planOrSource}": look at status for the plan of a halted source.`,
    planOrSource,
  );

/** A person confirmed what a source waits for. Fails with `no-such-plan`. */
export function confirm(engine: Engine, planOrSource: string): void {
  const { synchronizer, plan, look } = waitingSource(engine, planOrSource);
  synchronizer.confirm(plan);
  look();
}

/** What is gone from a halted source is written there again. Fails with `no-such-plan` and `not-written`. */
export async function putBack(engine: Engine, planOrSource: string): Promise<void> {
  const { synchronizer, plan, look } = waitingSource(engine, planOrSource);
  if (!synchronizer.isWritten)
    throw new LockstepError(
      'not-written',
      'Nothing is written to this source, as you said: allow that, or put the items back by hand.',
      planOrSource,
    );
  if (!(await synchronizer.putBack(plan))) throw noSuchPlan(planOrSource);
  look();
}
