import { Radio, RadioGroup } from 'react-aria-components';

/** A choice of one of few, all of them in sight: arrows go from one to the next. */
export function Segments(props: {
  label: string;
  options: readonly { readonly id: string; readonly label: string }[];
  value: string;
  onChange: (id: string) => void;
  /** It has the focus at first, where a choice brings another view that has it too. */
  autoFocus?: boolean;
}) {
  return (
    <RadioGroup
      className="segments"
      aria-label={props.label}
      orientation="horizontal"
      value={props.value}
      onChange={props.onChange}
    >
      {props.options.map(({ id, label }) => (
        <Radio key={id} className="segment" value={id} autoFocus={props.autoFocus === true && id === props.value}>
          {label}
        </Radio>
      ))}
    </RadioGroup>
  );
}
