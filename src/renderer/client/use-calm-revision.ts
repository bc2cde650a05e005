import { useEffect, useRef, useState } from 'react';
import { useApp } from './app-context.tsx';

/** What is long to ask for is asked again so often at most. */
const CALM_MS = 3_000;

/** The revision of the status, for what is long to list: it follows, a few seconds behind while much happens. */
export function useCalmRevision(): number {
  const revision = useApp((state) => state.revision);
  const [calm, setCalm] = useState(revision);
  const latest = useRef(revision);
  latest.current = revision;
  const isBehind = revision !== calm;
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => setCalm(latest.current), CALM_MS);
    return () => clearTimeout(timer);
  }, [isBehind]);
  return calm;
}
