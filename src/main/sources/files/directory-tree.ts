/** What a walk remembers of one directory between listings. Names are components of record ids. */
export interface DirectoryNode {
  /** Its file system when it was last listed; null: not yet. */
  device: bigint | null;
  /** Fingerprint of its last listing; null: never listed, or what was seen cannot vouch for itself (fresh items, trouble). */
  print: string | null;
  /** The listing that first saw this fingerprint. */
  printedIn: number;
  /** The last listing that saw the directory. */
  seenIn: number;
  /** The listing that found it gone; 0: it is there. */
  goneIn: number;
  children: Map<string, DirectoryNode> | null;
}

/** A directory of which nothing is known. */
export function newNode(): DirectoryNode {
  return { device: null, print: null, printedIn: 0, seenIn: 0, goneIn: 0, children: null };
}

/** The node of a directory in another; made where there is none. */
export function childOf(node: DirectoryNode, name: string): DirectoryNode {
  node.children ??= new Map();
  let child = node.children.get(name);
  if (child === undefined) {
    child = newNode();
    node.children.set(name, child);
  }
  return child;
}

/** The node of a directory by its id, '' for the root itself. */
export function nodeAt(root: DirectoryNode, id: string): DirectoryNode {
  let node = root;
  if (id !== '') for (const name of id.split('/')) node = childOf(node, name);
  return node;
}

/**
 * Notes that a directory is gone. The nodes below stay, so that a listing since an earlier one can still tell which of them
 * did not come back, but nothing of them is taken as told.
 */
export function bury(node: DirectoryNode, generation: number): void {
  node.goneIn = generation;
  forgetBelow(node);
}

/** Forgets prints and disks of a directory and all below. */
function forgetBelow(node: DirectoryNode): void {
  node.print = null;
  node.device = null;
  if (node.children !== null) for (const child of node.children.values()) forgetBelow(child);
}
