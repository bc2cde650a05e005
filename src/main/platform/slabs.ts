/*
 * Memory for bulk content on its way between threads and the network. It is used again: the garbage collector's work for a GiB of new
 * buffers costs as much as encrypting it. It is shared between threads rather than handed over: V8 takes each buffer that comes from
 * another thread for new memory, and collects the whole heap after 64 MB of that. Whoever gives a slab back must be the only one who
 * still uses it; whoever sends one to another thread uses it no more until it comes back.
 */

/** Length of every slab. */
export const SLAB_BYTES = 1 << 20;
/** More than are on their way at a time. */
const LONGEST_LIST = 16;

const slabs = new WeakSet<ArrayBufferLike>();

const isSlab = (buffer: ArrayBufferLike): buffer is SharedArrayBuffer =>
  buffer instanceof SharedArrayBuffer && buffer.byteLength === SLAB_BYTES;

/** Weak: what lies unused is let go by a collection, but not by one that falls into a transfer. */
let free = new WeakRef<SharedArrayBuffer[]>([]);
let held: readonly SharedArrayBuffer[] | null = null;
const HOLD_MS = 5000;

/** A slab with anything in it; a new one where none is free. */
export function takeSlab(): SharedArrayBuffer {
  return freeSlabs(1)[0] ?? noteSlab(new SharedArrayBuffer(SLAB_BYTES));
}

/** At most `count` slabs, those that are free. */
export function freeSlabs(count: number): SharedArrayBuffer[] {
  return free.deref()?.splice(0, count) ?? [];
}

/** A slab came from another thread: here it is another object. */
export function noteSlab<Buffer extends ArrayBufferLike>(buffer: Buffer): Buffer {
  if (isSlab(buffer)) slabs.add(buffer);
  return buffer;
}

/** The slabs these bytes lie in, each once; memory of other kinds is left out. */
export function slabsOf(bytes: Iterable<Uint8Array>): SharedArrayBuffer[] {
  const found = new Set<ArrayBufferLike>();
  for (const { buffer } of bytes) if (slabs.has(buffer)) found.add(buffer);
  return [...found] as SharedArrayBuffer[];
}

/** Nobody uses them any more. */
export function giveSlabs(given: readonly ArrayBufferLike[]): void {
  let list = free.deref();
  if (list === undefined) {
    list = [];
    free = new WeakRef(list);
  }
  if (held === null) setTimeout(() => (held = null), HOLD_MS).unref();
  held = list;
  for (const slab of given) if (isSlab(slab) && list.length < LONGEST_LIST) list.push(noteSlab(slab));
}
