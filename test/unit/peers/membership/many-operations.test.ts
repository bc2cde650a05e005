import { expect, it } from 'vitest';
import { belongingOf } from '../../../../src/main/peers/membership/belonging.ts';
import { commitmentTo, rotationsOf } from '../../../../src/main/peers/membership/epochs.ts';
import { type OpGraph, placeOps } from '../../../../src/main/peers/membership/membership-graph.ts';
import { judge } from '../../../../src/main/peers/membership/membership-judgement.ts';
import { addMember, selfAsMember } from '../../../../src/main/peers/membership/membership-log.ts';
import { type MembershipOp, makeOp, type OpBody } from '../../../../src/main/peers/membership/membership-op.ts';
import { digest, logId } from '../../../../src/main/record/ids.ts';
import { foundPhotos, makeIdentities } from '../../../fakes/identities.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

const [ana, ben] = makeIdentities(new SeededRandom('many operations'), 'ana', 'ben');
const { group, ops: founding } = foundPhotos(ana);
const MANY = 300;
const hash = digest('ab'.repeat(32));

/** What a member may say as often as it likes. */
const SAID: { readonly [kind: string]: (at: number) => OpBody } = {
  'its name': (at) => ({ op: 'name', name: `ben ${at}` }),
  'how far it had what another wrote': (at) => ({
    op: 'extend-cut',
    device: ana.id,
    log: logId('0011223344556677'),
    to: at,
    hash,
  }),
  'a new epoch': (at) => ({ op: 'rotate', n: at + 1, commit: commitmentTo(new Uint8Array(32)), seals: [] }),
};

it.each(Object.keys(SAID))(
  'what one member says without end (%s) is judged in so many steps, not in their square',
  (kind) => {
    const ops: MembershipOp[] = [...founding];
    const heads = () => [(ops.at(-1) as MembershipOp).hash];
    const newcomer = { descriptor: ben.descriptor, ...selfAsMember(ben, group), role: 'editor', name: '' } as const;
    ops.push(addMember(ana, group, heads(), 1, { ...newcomer, history: true }));
    for (let at = 0; at < MANY; at++)
      ops.push(makeOp(ben, group, heads(), 1, (SAID[kind] as (at: number) => OpBody)(at)));
    let steps = 0;
    const counted = ops.map((op) => ({
      ...op,
      get parents() {
        steps++;
        return op.parents;
      },
    }));
    const placed = placeOps(group, counted);
    expect(placed.order).toHaveLength(ops.length);
    const graph: OpGraph = {
      ...placed,
      before: (earlier, later) => {
        steps++;
        return placed.before(earlier, later);
      },
    };
    const { ledger, invalid } = judge(graph);
    expect(invalid.size).toBe(0);
    rotationsOf(graph, invalid);
    expect(belongingOf(ledger, ben.id, null)?.member.role).toBe('editor');
    expect(steps).toBeLessThan(30 * MANY);
  },
);
