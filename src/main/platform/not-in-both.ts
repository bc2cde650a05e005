/** What is in one of two lists alone, each thing there once. Little where the two are the same but for some of it, in about the same order. */
export function notInBoth<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  const differ: T[] = [];
  let at = 0;
  for (const each of now) {
    // One was taken out here.
    if (before[at] !== each && before[at + 1] === each) differ.push(before[at++] as T);
    if (before[at] === each) at++;
    else differ.push(each);
  }
  differ.push(...before.slice(at));
  return differ;
}
