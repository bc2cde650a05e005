import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Kind, NoticeView, RequestView, StatusView } from '../../contract/contract.ts';
import type { Connection } from './connection.ts';

/** In the order in which they are listed. */
export const PAGES = ['sources', 'devices', 'conflicts', 'history', 'problems', 'settings'] as const;
export type Page = (typeof PAGES)[number];

/** A short message at the edge of the window. One with an action stays longer; none asks for a decision. */
export interface Toast {
  readonly id: number;
  /** `busy`: of what goes on; it stays until something else is said in its place. */
  readonly tone: 'done' | 'notice' | 'failed' | 'busy';
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
  /** It tells of something that waits: it goes once nothing of that does. */
  readonly about?: NoticeView['about'];
}

/** What the add dialog begins with. */
export interface Adding {
  /** What was dropped on the window. */
  readonly locations: readonly string[];
  /** What was dropped too, by name: a browser does not tell where it lies. */
  readonly untold?: readonly string[];
  /** What a person said they want to add; null: it is told from the place. */
  readonly kind: Kind | null;
}

/** Whose conflicts a person goes to: those of a collection, or of one record of it, which is opened. */
export interface Looking {
  readonly collection: string;
  readonly record: string | null;
}

/** What every page shares. Page data that is asked for on demand lives in `useRequest`. */
export interface AppState {
  readonly connection: Connection;
  /** null until the instance has told. */
  readonly status: StatusView | null;
  readonly requests: readonly RequestView[];
  readonly page: Page;
  readonly toasts: readonly Toast[];
  /** Rises with every status, so that lists that depend on it are asked for again. */
  readonly revision: number;
  /** What is to be added; null: the add dialog is closed. */
  readonly adding: Adding | null;
  /** What the page of conflicts begins with; null: all of them. */
  readonly looking: Looking | null;
  /** The link to join by; null: the join dialog is closed. */
  readonly joining: string | null;
}

export type AppStore = StoreApi<AppState>;

/** The page an address names; the first where it names none. */
export function pageOfHash(hash: string): Page {
  const name = hash.replace(/^#\/?/, '');
  return PAGES.find((page) => page === name) ?? 'sources';
}

/** The state of the window. */
export function createAppStore(page: Page): AppStore {
  return createStore<AppState>(() => ({
    connection: { is: 'connecting' },
    status: null,
    requests: [],
    page,
    toasts: [],
    revision: 0,
    adding: null,
    looking: null,
    joining: null,
  }));
}
