import { useEffect, useState } from 'react';

/** Rises every second while it is `on`, for what nobody tells of by itself. */
export function useTick(on: boolean): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setTick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [on]);
  return tick;
}
