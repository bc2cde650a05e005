import type { MenuItemConstructorOptions } from 'electron';
import type { RequestView, StatusView } from '../../contract/contract.ts';
import { counted, type OverallState, overallState } from '../../contract/overall-state.ts';

/** What the sign in the tray and its menu say. */
export interface TrayView {
  readonly state: OverallState;
  /** Is there anything that could be synced or paused? Not while all stands still: then every request is refused. */
  readonly canAct: boolean;
  /** All of it is. */
  readonly isPaused: boolean;
  /** Those a person may settle on this device. */
  readonly conflicts: number;
  readonly problems: number;
}

/** What a choice in the menu does. */
export interface TrayActions {
  /** Shows the window, at a page of it; null: where it was. */
  open(page: string | null): void;
  syncNow(): void;
  setPaused(paused: boolean): void;
  quit(): void;
}

/** The view of a status and of who asks to join. Pure. */
export function trayView(status: StatusView, requests: readonly RequestView[]): TrayView {
  const { collections, standstill } = status;
  const sum = (of: (collection: StatusView['collections'][number]) => number) =>
    collections.reduce((total, collection) => total + of(collection), 0);
  return {
    state: overallState(status, requests),
    canAct: standstill === undefined && collections.length > 0,
    isPaused: collections.length > 0 && collections.every((one) => one.state === 'paused'),
    conflicts: sum(({ conflicts, decidedBy }) => (decidedBy === undefined ? conflicts : 0)),
    problems: sum(({ problems }) => problems),
  };
}

/**
 * The menu: how everything stands, in words, and what a person may want without the window first. What is there always stays in its place;
 * what waits for a person comes and goes in between. Pure.
 */
export function trayMenu(view: TrayView, actions: TrayActions): MenuItemConstructorOptions[] {
  const { state, canAct, isPaused, conflicts, problems } = view;
  const waiting = [
    { id: 'conflicts', count: conflicts, label: `Settle ${counted(conflicts, 'conflict')}…` },
    { id: 'problems', count: problems, label: `See ${counted(problems, 'problem')}…` },
  ].filter(({ count }) => count > 0);
  return [
    { id: 'state', label: asLabel(state.sentence), click: () => actions.open(state.page) },
    ...waiting.map(({ id, label }) => ({ id, label, click: () => actions.open(id) })),
    { type: 'separator' },
    { id: 'open', label: 'Open Lockstep', click: () => actions.open(null) },
    { id: 'sync', label: 'Sync now', enabled: canAct && !isPaused, click: () => actions.syncNow() },
    {
      id: 'pause',
      label: isPaused ? 'Resume all' : 'Pause all',
      enabled: canAct,
      click: () => actions.setPaused(!isPaused),
    },
    { id: 'settings', label: 'Settings…', click: () => actions.open('settings') },
    { type: 'separator' },
    { id: 'quit', label: 'Quit Lockstep', click: () => actions.quit() },
  ];
}

/** In a label an ampersand marks the key of the letter after it; names may have one. */
const asLabel = (text: string): string => text.replaceAll('&', '&&');
