import { expect, it } from 'vitest';
import { countOutside } from '../../../src/main/requests/count-outside.ts';
import type { SourceAdapter } from '../../../src/main/sources/source-adapter.ts';
import { contactRoom, jane } from './contact-room.ts';

function roomWith(adapter: Pick<SourceAdapter, 'outside' | 'rulesVersion'>) {
  const { replica, say } = contactRoom();
  for (const id of ['jane', 'john']) say(id, jane(1));
  say('gone', jane(1));
  say('gone', null);
  for (const { adapter: each } of replica.synchronizers.values()) Object.assign(each, adapter);
  return replica;
}

it('counts live records that rules leave out', () => {
  const replica = roomWith({ outside: (id) => id !== 'john', rulesVersion: () => 1 });
  expect(countOutside(replica)).toBe(1);
});

it('reads no record where nothing is left out', () => {
  const replica = roomWith({ outside: () => false, rulesVersion: () => 0 });
  replica.collection.records.page = () => {
    throw new Error('records were read');
  };
  expect(countOutside(replica)).toBe(0);
});
