import { FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components';

/** A labelled line or box of text, with what it means below it. */
export function Field(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  placeholder?: string;
  /** What the number counts, behind it. */
  unit?: string;
  rows?: number;
  mono?: boolean;
  autoFocus?: boolean;
  type?: 'text' | 'number' | 'password';
  /** Why the value will not do; null: it will. */
  invalid?: string | null;
}) {
  const className = props.mono === true ? 'input mono' : 'input';
  return (
    <TextField
      className="field"
      value={props.value}
      onChange={props.onChange}
      isInvalid={props.invalid !== undefined && props.invalid !== null}
      autoFocus={props.autoFocus === true}
      {...(props.type === undefined ? {} : { type: props.type })}
    >
      <Label>
        {props.label}
        {props.unit !== undefined && <span className="sr-only"> ({props.unit})</span>}
      </Label>
      {props.rows === undefined ? (
        <div className="input-line">
          <Input
            className={props.unit === undefined ? className : `${className} with-unit`}
            placeholder={props.placeholder ?? ''}
            spellCheck="false"
            autoComplete="off"
          />
          {props.unit !== undefined && (
            <span aria-hidden className="input-unit">
              {props.unit}
            </span>
          )}
        </div>
      ) : (
        <TextArea className={className} rows={props.rows} placeholder={props.placeholder ?? ''} spellCheck="false" />
      )}
      {props.hint !== undefined && (
        <Text slot="description" className="hint">
          {props.hint}
        </Text>
      )}
      <FieldError className="field-error">{props.invalid ?? ''}</FieldError>
    </TextField>
  );
}
