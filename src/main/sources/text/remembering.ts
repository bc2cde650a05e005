/** Longer texts are seldom the same in two items. */
const LONGEST = 200;

/**
 * `make`, for texts that many items have in common (rooms, alarms, keywords, rules, labels, attributes): what was made of a text is remembered, of
 * `most` of them at a time. It must not be changed by anybody.
 */
export function remembering<T extends object | string | null>(
  most: number,
  make: (text: string) => T,
): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (text.length > LONGEST) return make(text);
    const own = copyOf(text);
    const made = make(own);
    if (known.size >= most) known.clear();
    known.set(own, made);
    return made;
  };
}

/** A part of a text keeps all of the text in memory; this one does not. */
const copyOf = (text: string): string => ` ${text}`.slice(1);
