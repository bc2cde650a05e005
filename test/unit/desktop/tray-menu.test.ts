import type { MenuItemConstructorOptions } from 'electron';
import { expect, it } from 'vitest';
import type { CollectionView, StatusView } from '../../../src/contract/contract.ts';
import { numbersFor, writeNumbers } from '../../../src/contract/number-text.ts';
import { type TrayActions, trayMenu, trayView } from '../../../src/main/desktop/tray-menu.ts';

const one = (changes: Partial<CollectionView> = {}): CollectionView => ({
  id: 'c1',
  name: 'Notes',
  kind: 'files',
  state: 'in-step',
  records: 12,
  outside: 0,
  conflicts: 0,
  problems: 0,
  relay: null,
  progress: null,
  sources: [],
  peers: [],
  ...changes,
});
const status = (collections: readonly CollectionView[], more: Partial<StatusView> = {}): StatusView => ({
  device: { id: 'd1', name: 'Desk' },
  links: { bytesIn: 0, bytesOut: 0 },
  collections,
  ...more,
});

/** The menu of a status, and what each choice in it came to. */
function menuOf(now: StatusView) {
  const done: string[] = [];
  const actions: TrayActions = {
    open: (page) => done.push(`open ${page}`),
    syncNow: () => done.push('sync'),
    setPaused: (paused) => done.push(paused ? 'pause' : 'resume'),
    quit: () => done.push('quit'),
  };
  const items = trayMenu(trayView(now, []), actions);
  const of = (id: string) => items.find((item) => item.id === id);
  const click = (id: string) => (of(id)?.click as (() => void) | undefined)?.();
  return {
    done,
    of,
    click,
    lines: items.map(({ id, label, type }) => (type === 'separator' ? '-' : `${id}: ${label}`)),
  };
}
const isOff = (item: MenuItemConstructorOptions | undefined) => item?.enabled === false;

it('says how everything stands first, then what can be done about it', () => {
  const menu = menuOf(status([one()]));
  expect(menu.lines).toEqual([
    'state: On this device only so far',
    '-',
    'open: Open Lockstep',
    'sync: Sync now',
    'pause: Pause all',
    'settings: Settings…',
    '-',
    'quit: Quit Lockstep',
  ]);
  for (const id of ['state', 'open', 'sync', 'pause', 'settings', 'quit']) menu.click(id);
  expect(menu.done).toEqual(['open sources', 'open null', 'sync', 'pause', 'open settings', 'quit']);
});

it('leads to what waits for a person, whatever the first line is about', () => {
  const halted = one({ id: 'c2', name: 'Music', state: 'halted', problems: 1 });
  const menu = menuOf(status([one({ conflicts: 3, problems: 1 }), halted]));
  expect(menu.lines.slice(0, 4)).toEqual([
    expect.stringMatching(/^state: Music is halted/),
    'conflicts: Settle 3 conflicts…',
    'problems: See 2 problems…',
    '-',
  ]);
  for (const id of ['conflicts', 'problems']) menu.click(id);
  expect(menu.done).toEqual(['open conflicts', 'open problems']);
});

it('does not ask for what only others may settle', () => {
  expect(menuOf(status([one({ conflicts: 3, decidedBy: ['Laptop'] })])).of('conflicts')).toBeUndefined();
});

it('resumes once all is paused; what is paused is not synced', () => {
  expect(menuOf(status([one({ state: 'paused' }), one({ id: 'c2' })])).of('pause')?.label).toBe('Pause all');
  const menu = menuOf(status([one({ state: 'paused' })]));
  expect(menu.lines[0]).toBe('state: Paused');
  expect(menu.of('pause')?.label).toBe('Resume all');
  expect(isOff(menu.of('sync'))).toBe(true);
  menu.click('pause');
  expect(menu.done).toEqual(['resume']);
});

it('offers nothing that would be refused: where nothing is kept in step, and while all stands still', () => {
  const standstill = { sentence: 'There is no room left', advice: 'Make some' };
  for (const now of [status([]), status([one()], { standstill })]) {
    const menu = menuOf(now);
    expect([isOff(menu.of('sync')), isOff(menu.of('pause')), isOff(menu.of('open'))]).toEqual([true, true, false]);
  }
  expect(menuOf(status([one()], { standstill })).lines[0]).toBe('state: There is no room left');
});

it('shows an ampersand of a name, which would mark a key', () => {
  const asking = { id: 'r1', name: 'Tom & Eva’s tablet', collectionName: 'R&D' } as never;
  const [first] = trayMenu(trayView(status([one()]), [asking]), {} as TrayActions);
  expect(first?.label).toBe('Tom && Eva’s tablet asks to join R&&D');
});

it('writes numbers as where the person lives', () => {
  writeNumbers(numbersFor(['de-DE']));
  const menu = menuOf(status([one({ conflicts: 1_234, problems: 56_789 })]));
  expect(menu.of('conflicts')?.label).toBe('Settle 1.234 conflicts…');
  expect(menu.of('problems')?.label).toBe('See 56.789 problems…');
});
