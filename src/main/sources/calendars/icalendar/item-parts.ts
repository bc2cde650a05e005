import { type Component as NativeComponent, readContentLines } from '../../text/content-lines.ts';
import { MalformedItem, type Span } from '../../text/text-format.ts';
import type { Component } from './component.ts';
import { componentOf } from './native.ts';
import type { ItemComponents } from './read-item.ts';
import type { IcalendarItem } from './split-calendar.ts';

export interface ItemParts {
  readonly components: ItemComponents;
  /** As they lie in the text, in its order; their places counted from the beginning of each. */
  readonly natives: readonly { readonly span: Span; readonly component: NativeComponent }[];
}

/** The components of an item. They are taken out of the text again when they are needed: kept, they would be many times its size. */
export function partsOf(bytes: Uint8Array, item: IcalendarItem): ItemParts {
  const natives = item.spans.map((span) => {
    const [component] = readContentLines(bytes.subarray(span.start, span.end)).components;
    if (component === undefined) throw new MalformedItem('it is not there any more');
    return { span, component };
  });
  const components = natives.map(({ component }) => componentOf(component, item.frame.notation.isOld));
  const master = components[item.master] ?? null;
  const isAlone = components.length === 1 && item.master === 0;
  const overrides = isAlone ? NO_OVERRIDES : components.filter((_, at) => at !== item.master);
  return { natives, components: { kind: item.kind, master, overrides } };
}

const NO_OVERRIDES: readonly Component[] = [];
