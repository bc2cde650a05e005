import { beforeEach, describe, expect, it } from 'vitest';
import { SourceStatus } from '../../../src/main/one-source/source-status.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';

let clock: FakeClock;
let status: SourceStatus;
let changes: number;
let question: { reason: string; plan: string } | null;
beforeEach(() => {
  clock = new FakeClock();
  changes = 0;
  question = null;
  status = new SourceStatus(
    clock,
    () => question,
    () => changes++,
  );
});

describe('what is shown of a source', () => {
  it('is that it is looked at, until somebody says otherwise', () => {
    expect([status.state, status.reason, status.plan, status.progress]).toEqual(['scanning', null, null, null]);
  });

  it('is told anew only where it is another', () => {
    status.set('halted', 'many items are gone', 'plan');
    status.set('halted', 'many items are gone', 'plan');
    expect([changes, status.reason, status.plan]).toEqual([1, 'many items are gone', 'plan']);
    status.set('ready');
    expect([changes, status.reason, status.plan]).toEqual([2, null, null]);
  });

  it('is that it came back, once after it was away, whatever was shown in between', () => {
    expect(status.cameBack()).toBe(false);
    status.set('unavailable', 'its disk is away');
    status.set('scanning');
    expect([status.cameBack(), status.cameBack()]).toEqual([true, false]);
  });

  it('is that it is written to, though a look ends meanwhile', () => {
    status.beginWriting();
    status.set('ready');
    expect(status.state).toBe('writing');
    status.endWriting();
    expect(status.state).toBe('ready');
  });

  it('is that it is still to be looked at, where something was written before the first look', () => {
    status.beginWriting();
    expect(status.state).toBe('writing');
    status.endWriting();
    expect(status.state).toBe('scanning');
    status.set('ready');
    status.beginWriting();
    status.endWriting();
    expect(status.state).toBe('ready');
  });

  it('stays what a look found, where writing ends after it', () => {
    status.beginWriting();
    status.set('unavailable', 'the disk is away');
    status.endWriting();
    expect([status.state, status.reason]).toEqual(['unavailable', 'the disk is away']);
  });

  it('is what a person is asked, where nothing else is to be said', () => {
    question = { reason: 'Delete it here too?', plan: 'plan' };
    status.beginWriting();
    status.set('ready');
    expect([status.state, status.plan]).toEqual(['writing', null]);
    status.endWriting();
    expect([status.state, status.reason, status.plan]).toEqual(['halted', 'Delete it here too?', 'plan']);
    status.set('halted', 'many items are gone', 'other');
    expect([status.reason, status.plan]).toEqual(['many items are gone', 'other']);
    question = null;
    status.set('ready');
    expect([status.state, status.reason, status.plan]).toEqual(['ready', null, null]);
  });

  it('counts what was read, from its beginning on', async () => {
    const since = clock.now();
    status.advance('reading', 2, 20);
    await clock.advance(1000);
    status.advance('reading', 3, 30);
    expect(status.progress).toEqual({ stage: 'reading', items: 5, bytes: 50, since });
    status.advance('writing', 1, 1);
    expect(status.progress).toEqual({ stage: 'writing', items: 1, bytes: 1, since: since + 1000 });
    status.set('ready');
    expect(status.progress).toBeNull();
  });

  it('counts what is written, whatever is read meanwhile', () => {
    status.beginWriting();
    status.advance('writing', 1, 10);
    status.advance('reading', 5, 50);
    expect(status.progress).toMatchObject({ stage: 'writing', items: 1 });
  });
});
