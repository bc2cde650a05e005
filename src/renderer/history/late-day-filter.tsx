import { type ComponentProps, type ComponentType, lazy, Suspense } from 'react';
import type { DayFilter } from './day-filter.tsx';

type Props = ComponentProps<typeof DayFilter>;

/** All else of the page is there without it: a page that stayed open while the program was renewed asks for what is not there any more. */
const Loaded = lazy<ComponentType<Props>>(() =>
  import('./day-filter.tsx').then(
    (found) => ({ default: found.DayFilter }),
    () => ({ default: () => null }),
  ),
);

/** The day filter, once history is looked at: what it is made of weighs a ninth of the whole window, which begins without it. */
export function LateDayFilter(props: Props) {
  return (
    <Suspense fallback={<span className="day-room" />}>
      <Loaded {...props} />
    </Suspense>
  );
}
