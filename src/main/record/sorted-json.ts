import { compareTexts } from './compare-texts.ts';
import type { Plain, Value } from './value.ts';

/** The value as JSON with its keys sorted: one text for equal values, and for the two zeros. `ofBytes`: what stands there for bytes, which JSON has no form for. */
export function sortedJson(value: Value, ofBytes: (bytes: Uint8Array) => string): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Uint8Array) return ofBytes(value);
  if (Array.isArray(value)) return `[${value.map((each: Value) => sortedJson(each, ofBytes)).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const object = value as Plain;
  let parts = '';
  for (const name of sortedTexts(Object.keys(object)))
    parts += `${parts === '' ? '' : ','}${quoted(name)}:${sortedJson(object[name] as Value, ofBytes)}`;
  return `{${parts}}`;
}

/** What JSON has an escape for, if only by itself. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;
const quoted = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);

/** More than so many are sorted by tables of their own. */
const FEW = 16;

/** Sorts these texts in place: most often a few, which need not be. */
export function sortedTexts(texts: string[]): string[] {
  if (texts.length > FEW) return texts.sort(compareTexts);
  for (let at = 1; at < texts.length; at++) {
    const text = texts[at] as string;
    let to = at;
    for (; to > 0 && (texts[to - 1] as string) > text; to--) texts[to] = texts[to - 1] as string;
    texts[to] = text;
  }
  return texts;
}
