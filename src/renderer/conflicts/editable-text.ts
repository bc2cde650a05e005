import type { Choice, ConflictDetailView } from '../../contract/contract.ts';

/** A text to begin with when a conflict is settled by writing, and what saving it means. */
export interface EditableText {
  /** `text`: the content of a file. `value`: the field itself. */
  readonly as: 'text' | 'value';
  readonly text: string;
}

/** The merge where there is one, else the side that is shown. null: a side is deleted or no text, so there is nothing to edit. */
export function editableText(detail: ConflictDetailView): EditableText | null {
  const { conflict, merged, texts } = detail;
  if (conflict.values.some((value) => value.kind === 'delete')) return null;
  const shown = conflict.values.find((value) => value.id === conflict.shown) ?? conflict.values[0];
  if (conflict.values.every((value) => typeof value.value === 'string')) {
    return { as: 'value', text: merged?.text ?? String(shown?.value ?? '') };
  }
  const text = merged?.text ?? texts.find((one) => one.value === shown?.id)?.text;
  return typeof text === 'string' && texts.every((one) => one.text !== null) ? { as: 'text', text } : null;
}

/** What is settled on when this text is saved. */
export const choiceOf = (editable: EditableText, text: string): Choice =>
  editable.as === 'text' ? { text } : { value: text };
