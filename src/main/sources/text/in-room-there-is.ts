/** One of several changes to a text: what it is at, null: nothing yet, and what is to be there, null: nothing any more. */
interface WriteLike {
  readonly native: object | null;
  readonly after: object | null;
}

/** Of what would just fit so much is tried, as items are not all of one size. */
const TRY = 0.9;

/**
 * Changes that would make a text longer than `most` bytes, in parts to be written one after the other, so that as many of them are written as
 * there is room for, and the text seldom. `before`, `after`: its bytes without and with all of them. None: there is no room for any.
 */
export function inRoomThereIs<Write extends WriteLike>(
  writes: readonly Write[],
  { before, after, most }: { readonly before: number; readonly after: number; readonly most: number },
): readonly (readonly Write[])[] {
  // What goes makes room for what grows, and that comes before what is new.
  const kinds = [
    writes.filter((write) => write.after === null),
    writes.filter((write) => write.after !== null && write.native !== null),
    writes.filter((write) => write.after !== null && write.native === null),
  ].filter((kind) => kind.length > 0);
  if (kinds.length > 1) return kinds;
  const share = (most - before) / (after - before);
  const count = Math.min(writes.length - 1, Math.floor(writes.length * share * TRY));
  return count < 1 ? [] : [writes.slice(0, count), writes.slice(count)];
}
