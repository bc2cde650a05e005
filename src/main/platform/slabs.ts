/*
 * Memory for bulk content on its way between threads and the network. It is used again: the garbage collector's work for a GiB of new
 * buffers costs as much as encrypting it. Whoever gives a slab back must be the only one who can still see it.
 */

export const SLAB_BYTES = 1 << 20;
/** More than are on their way at a time. */
const LONGEST_LIST = 16;

const slabs = new WeakSet<ArrayBufferLike>();
/** Weak: what lies unused is let go by a collection, but not by one that falls into a transfer. */
let free = new WeakRef<ArrayBuffer[]>([]);
let held: readonly ArrayBuffer[] | null = null;
const HOLD_MS = 5000;

/** A slab with anything in it; a new one where none is free. */
export function takeSlab(): ArrayBuffer {
  return freeSlabs(1)[0] ?? noteSlab(new ArrayBuffer(SLAB_BYTES));
}

/** At most `count` slabs, those that are free. */
export function freeSlabs(count: number): ArrayBuffer[] {
  return free.deref()?.splice(0, count) ?? [];
}

/** A slab came from another thread: here it is another object. */
export function noteSlab(buffer: ArrayBuffer): ArrayBuffer {
  if (buffer.byteLength === SLAB_BYTES) slabs.add(buffer);
  return buffer;
}

/** The slabs these bytes lie in, each once; memory of other kinds is left out. */
export function slabsOf(bytes: Iterable<Uint8Array>): ArrayBuffer[] {
  const found = new Set<ArrayBufferLike>();
  for (const { buffer } of bytes) if (slabs.has(buffer)) found.add(buffer);
  return [...found] as ArrayBuffer[];
}

/** Nobody uses them any more. */
export function giveSlabs(given: readonly ArrayBuffer[]): void {
  let list = free.deref();
  if (list === undefined) {
    list = [];
    free = new WeakRef(list);
  }
  if (held === null) setTimeout(() => (held = null), HOLD_MS).unref();
  held = list;
  for (const slab of given) if (slab.byteLength === SLAB_BYTES && list.length < LONGEST_LIST) list.push(noteSlab(slab));
}
