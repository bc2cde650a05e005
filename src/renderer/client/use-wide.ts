import { useCallback, useSyncExternalStore } from 'react';

/** Is a media query true of this window? Heard whenever that changes. */
function useMatch(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** Is there room for a list and what is chosen in it beside each other? As in style/panes.css. */
export const useWide = (): boolean => useMatch('(min-width: 900px)');

/** Is there room for a month with tall days, and the chosen day beside it? As in style/month.css. */
export const useTallDays = (): boolean => useMatch('(min-width: 1160px) and (min-height: 860px)');
