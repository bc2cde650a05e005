import { Check, ChevronDown } from 'lucide-react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

export interface ChoiceOption {
  readonly id: string;
  readonly label: string;
}

/** One of a few, from a list that opens. */
export function ChoiceField(props: {
  label: string;
  options: readonly ChoiceOption[];
  value: string;
  onChange: (value: string) => void;
  /** The label is only heard. */
  hideLabel?: boolean;
}) {
  return (
    <Select
      className="field"
      value={props.value}
      onChange={(key) => props.onChange(String(key))}
      {...(props.hideLabel === true ? { 'aria-label': props.label } : {})}
    >
      {props.hideLabel !== true && <Label>{props.label}</Label>}
      <Button className="input select-button">
        <SelectValue />
        <ChevronDown aria-hidden size={16} />
      </Button>
      <Popover className="popover" offset={4}>
        <ListBox className="listbox" items={props.options}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.label} className="option">
              <Check aria-hidden size={14} className="option-check" />
              <span>{option.label}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
