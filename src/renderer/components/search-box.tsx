import { Search, X } from 'lucide-react';
import { Button, Input, SearchField } from 'react-aria-components';

/** A field that narrows the list below it. Escape empties it. */
export function SearchBox(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** It has the focus at first. */
  autoFocus?: boolean;
}) {
  return (
    <SearchField
      className="field search"
      aria-label={props.label}
      value={props.value}
      onChange={props.onChange}
      autoFocus={props.autoFocus === true}
    >
      <Search aria-hidden size={16} />
      <Input className="input" placeholder={props.label} />
      <Button className="button button-icon button-quiet button-small" aria-label="Clear">
        <X aria-hidden size={14} />
      </Button>
    </SearchField>
  );
}
