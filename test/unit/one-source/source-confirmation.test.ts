import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceConfirmation } from '../../../src/main/one-source/source-confirmation.ts';
import { type RecordId, recordId } from '../../../src/main/record/ids.ts';
import { DELETED_ELSEWHERE } from '../../../src/main/store/problem-store.ts';
import { CollectionGroup, GroupDatabases, type GroupDevice } from '../../fakes/collection-group.ts';

const letter = recordId('docs/letter.txt');
const halted = {
  is: 'halted',
  reason: 'mass-delete',
  plan: 'many',
  local: [{ record: letter, action: 'delete' }],
} as const;

let databases: GroupDatabases;
let device: GroupDevice;
let source: number;
let confirmation: SourceConfirmation;
beforeEach(() => {
  databases = new GroupDatabases();
  device = new CollectionGroup(1, 'confirmation', 'files', databases).devices[0] as GroupDevice;
  source = device.addSource(databases).row;
  confirmation = new SourceConfirmation(device.collection, source);
});
afterEach(() => databases.close());

const deletedElsewhere = () => device.collection.problems.put(source, letter, DELETED_ELSEWHERE, 'no', 0);
const row = (id: RecordId): number | undefined => device.collection.records.find(id)?.row;
const planAsked = (): string => confirmation.question?.plan ?? '';

describe('what a person is asked about a source', () => {
  it('is nothing, until there is something', () => {
    expect([confirmation.isHalted, confirmation.confirmed, confirmation.question]).toEqual([false, null, null]);
  });

  it('is whether it may go on, where a look halted, and how much of it is at stake', () => {
    expect(confirmation.halt(halted)).toMatch(/^1 of 0 items are gone\. None of them was deleted elsewhere/);
    expect(confirmation.isHalted).toBe(true);
    confirmation.goOn();
    expect(confirmation.isHalted).toBe(false);
  });

  it('is whether what others deleted goes here too, and stops nothing', () => {
    deletedElsewhere();
    expect(confirmation.question?.reason).toMatch(/^docs\/letter\.txt was deleted on another device/);
    expect(confirmation.isHalted).toBe(false);
  });

  it('is shown before it is confirmed: a halt before a question', () => {
    deletedElsewhere();
    const halt = { reason: 'mass-delete', detail: expect.stringContaining('are gone') };
    expect(confirmation.previewOf(halted)).toEqual({ local: halted.local, halt, plan: 'many', asked: [] });
    expect(confirmation.previewOf({ is: 'planned', local: [] })).toMatchObject({
      halt: { reason: DELETED_ELSEWHERE },
      plan: planAsked(),
      asked: [letter],
    });
    // A preview is no look: it halts nothing.
    expect(confirmation.isHalted).toBe(false);
  });
});

describe('what a person confirmed', () => {
  it('is one plan, until it is carried out', () => {
    deletedElsewhere();
    confirmation.confirm(planAsked());
    expect(confirmation.confirmed).toBe(planAsked());
    confirmation.carriedOut();
    expect(confirmation.confirmed).toBeNull();
  });

  it('puts back what is gone by just that plan, and nothing that was edited', () => {
    const edited = recordId('docs/edited.txt');
    for (const id of [letter, edited]) device.save(id, id);
    const looked = { ...halted, local: [...halted.local, { record: edited, action: 'modify' }] } as const;
    expect(confirmation.goneBy(looked, 'many')).toEqual([row(letter)]);
    expect(confirmation.goneBy(looked, 'another')).toBeNull();
    expect(confirmation.goneBy({ is: 'planned', local: looked.local }, 'many')).toBeNull();
  });
});
