import type { OccurrenceView } from '../../contract/contract.ts';
import type { RowFocus } from '../components/virtual-rows.tsx';
import { clockOf } from './occurrence-words.ts';

/** One event on one of its days: when, and what. */
export function OccurrenceRow(props: {
  occurrence: OccurrenceView;
  focus?: RowFocus;
  onOpen: (occurrence: OccurrenceView) => void;
}) {
  const { occurrence } = props;
  return (
    <button
      type="button"
      className="row row-button occurrence"
      {...props.focus}
      onClick={() => props.onOpen(occurrence)}
    >
      <span className="occurrence-time num">{clockOf(occurrence)}</span>{' '}
      <span className="clip">{occurrence.title}</span>
    </button>
  );
}
