/** A list with one more; where there is none yet, one that is no longer than that: most are of one alone. */
export function listed<Each>(list: Each[] | null, one: Each): Each[] {
  if (list === null) return [one];
  list.push(one);
  return list;
}
