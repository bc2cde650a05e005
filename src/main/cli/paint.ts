import { styleText } from 'node:util';

/** Colours for a terminal; texts go through unchanged where it shows none. */
export interface Paint {
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** `colour` false: nothing is coloured. */
export function paintFor(colour: boolean): Paint {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  return { good: style('green'), warn: style('yellow'), bad: style('red'), dim: style('dim'), strong: style('bold') };
}
