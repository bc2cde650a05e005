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

const MARK = /^(?:<{7}|>{7}) .*$/gm;

/**
 * Places of the merge that nobody has decided yet: its marks around what both sides changed stand in the text still, and would be saved with
 * it. Marks that were in a side already are part of it.
 */
export function undecidedPlaces({ conflict, merged, texts }: ConflictDetailView, text: string): number {
  if (merged === null || merged.clashes === 0) return 0;
  const sides = [...texts.map((side) => side.text), ...conflict.values.map(({ value }) => value)];
  const own = new Set(sides.flatMap((side) => (typeof side === 'string' ? (side.match(MARK) ?? []) : [])));
  const marks = new Set((merged.text.match(MARK) ?? []).filter((mark) => !own.has(mark)));
  const left = (text.match(MARK) ?? []).filter((line) => marks.has(line));
  return Math.max(...['<', '>'].map((side) => left.filter((line) => line.startsWith(side)).length));
}
