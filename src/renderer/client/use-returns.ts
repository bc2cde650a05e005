import { useState } from 'react';
import { useApp } from './app-context.tsx';

/**
 * Rises when somebody answers again: what could not be had while the connection was lost, or all stood still, is asked for anew then. What is
 * there is not asked for when that begins: it would fail, and the banner says so already.
 */
export function useReturns(): number {
  const isAway = useApp(({ connection, status }) => connection.is === 'lost' || status?.standstill !== undefined);
  const [seen, setSeen] = useState({ isAway, returns: 0 });
  if (seen.isAway !== isAway) setSeen({ isAway, returns: seen.returns + (isAway ? 0 : 1) });
  return seen.returns;
}
