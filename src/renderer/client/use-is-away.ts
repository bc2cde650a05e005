import { useApp } from './app-context.tsx';

/** Does nobody answer now: the connection is lost, or all stands still? What failed for that is asked again once somebody does. */
export const useIsAway = (): boolean =>
  useApp(({ connection, status }) => connection.is === 'lost' || status?.standstill !== undefined);
