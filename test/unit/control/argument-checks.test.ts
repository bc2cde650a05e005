import { describe, expect, it } from 'vitest';
import { REQUESTS, type RequestName } from '../../../src/contract/contract.ts';
import { checkArguments } from '../../../src/main/control/argument-checks.ts';

const ID = 'c1';
const accepted: readonly (readonly [RequestName, readonly unknown[]])[] = [
  ['status', []],
  ['collections:add', [{ location: '/home/ana/Photos' }]],
  ['collections:add', [{ location: '/x', name: 'X', kind: 'files', format: 'folder', create: true }]],
  ['collections:add', [{ location: '/x', name: undefined }]],
  ['collections:invite', [ID, 'editor', true]],
  ['collections:join', ['lockstep://join#x', '/x', null, false]],
  ['sync', [{ wait: true, for: ['all'], timeoutSeconds: 0.5 }]],
  ['devices:remove', ['d1', null]],
  ['source:change', [ID, { only: [], ignore: ['*.tmp'], readOnly: false }]],
  ['records:cat', [ID, 'a/b.txt', {}]],
  ['conflicts:resolve', ['f1', { take: 'v1' }]],
  ['conflicts:resolve', ['f1', { value: null }]],
  ['conflicts:resolve', ['f1', { text: '' }]],
  ['conflicts:resolve', ['f1', { keepBoth: true }]],
  ['history:list', [{ limit: 10, text: '' }]],
  ['history:undo-all', [['f1-1-0', 'f1-1-1']]],
  ['config', ['name', '']],
  ['config', [null, null]],
];
const refused: readonly (readonly [string, RequestName, unknown])[] = [
  ['arguments that are no list', 'status', null],
  ['one argument too many', 'status', [1]],
  ['one too few', 'collections:invite', [ID, 'editor']],
  ['an empty name', 'safety:confirm', ['']],
  ['a number for a text', 'devices:rename', [7]],
  ['an unknown word', 'collections:invite', [ID, 'owner', true]],
  ['a text for true', 'verify', [null, 'true']],
  ['a missing property', 'collections:add', [{}]],
  ['an unknown property', 'collections:add', [{ location: '/x', nmae: 'X' }]],
  ['a list for an object', 'collections:add', [['/x']]],
  ['null for an object', 'sync', [null]],
  ['an item of a list', 'sync', [{ wait: true, for: ['all', 1], timeoutSeconds: 1 }]],
  ['an empty name in a list', 'history:undo-all', [['f1-1-0', '']]],
  ['a text for a list', 'source:change', [ID, { only: 'a' }]],
  ['a time that is no number', 'sync', [{ wait: true, timeoutSeconds: '60' }]],
  ['not a number', 'sync', [{ wait: true, timeoutSeconds: Number.NaN }]],
  ['a negative limit', 'history:list', [{ limit: -1 }]],
  ['half a limit', 'history:list', [{ limit: 1.5 }]],
  ['no choice', 'conflicts:resolve', ['f1', {}]],
  ['two choices', 'conflicts:resolve', ['f1', { take: 'v1', keepBoth: true }]],
  ['an unknown choice', 'conflicts:resolve', ['f1', { drop: true }]],
  ['keepBoth that is not true', 'conflicts:resolve', ['f1', { keepBoth: false }]],
  ['a text beyond all measure', 'devices:rename', ['x'.repeat((1 << 20) + 1)]],
];

describe('the arguments of a request', () => {
  it.each(accepted)('%s takes %j', (name, args) => {
    expect(() => checkArguments(name, args)).not.toThrow();
  });

  it.each(refused)('refuses %s', (_what, name, args) => {
    expect(() => checkArguments(name, args)).toThrow(expect.objectContaining({ code: 'bad-argument', subject: name }));
  });

  it('names the place of what is wrong', () => {
    expect(() => checkArguments('sync', [{ wait: true, for: ['all', 1], timeoutSeconds: 1 }])).toThrow(
      /options\.for\[1\]/,
    );
  });

  it.each(REQUESTS)('%s refuses more arguments than it takes', (name) => {
    expect(() => checkArguments(name, Array.from({ length: 9 }))).toThrow(
      expect.objectContaining({ code: 'bad-argument' }),
    );
  });
});
