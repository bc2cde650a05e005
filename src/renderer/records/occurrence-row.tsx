import { MapPin } from 'lucide-react';
import type { OccurrenceView } from '../../contract/contract.ts';
import type { RowFocus } from '../components/virtual-rows.tsx';
import { spanOf, titleOf } from './occurrence-words.ts';

/** One event on one of its days: from when to when, what, and where. */
export function OccurrenceRow(props: {
  occurrence: OccurrenceView;
  focus?: RowFocus;
  onOpen: (occurrence: OccurrenceView) => void;
}) {
  const { occurrence } = props;
  const { title, place, isAllDay } = occurrence;
  return (
    <button
      type="button"
      className={isAllDay ? 'row row-button occurrence occurrence-day' : 'row row-button occurrence'}
      {...props.focus}
      onClick={() => props.onOpen(occurrence)}
    >
      <span className="occurrence-time num">{spanOf(occurrence)}</span>{' '}
      <span className="occurrence-what">
        <span className="clip" dir="auto" title={title}>
          {titleOf(occurrence)}
        </span>
        {place !== undefined && (
          <span className="muted clip occurrence-place" title={place}>
            <MapPin aria-hidden size={13} />
            {place}
          </span>
        )}
      </span>
    </button>
  );
}
