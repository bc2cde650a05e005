import { Button } from 'react-aria-components';
import type { Clash } from './clash.ts';

/** One place that both sides changed: what each has there, and a button for each answer. */
export function ClashChoice(props: {
  clash: Clash;
  /** Counted from 1. */
  place: number;
  places: number;
  onDecide: (take: 'left' | 'right' | 'both') => void;
}) {
  const { clash, place, places, onDecide } = props;
  const sides = [
    { take: 'left', name: clash.leftName, text: clash.left },
    { take: 'right', name: clash.rightName, text: clash.right },
  ] as const;
  return (
    <section className="clash" aria-label={`Place ${place} of ${places}`}>
      <div className="clash-sides">
        {sides.map(({ take, name, text }) => (
          <div key={take} className="clash-side">
            <h4>{name}</h4>
            {text === '' ? (
              <p className="muted">Nothing here</p>
            ) : (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text must be scrollable by keyboard
              <pre className="path" tabIndex={0}>
                {text.trimEnd()}
              </pre>
            )}
            <Button className="button button-small" onPress={() => onDecide(take)}>
              Use this<span className="sr-only"> of {name}</span>
            </Button>
          </div>
        ))}
      </div>
      <div className="clash-foot">
        <span className="muted num">
          Place {place} of {places}
        </span>
        <Button className="button button-small" onPress={() => onDecide('both')}>
          Use both, one after the other
        </Button>
      </div>
    </section>
  );
}
