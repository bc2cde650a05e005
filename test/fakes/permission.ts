import { DiskError } from './disk-error.ts';
import type { Inode } from './inode.ts';
import type { Place } from './walk-path.ts';

export type Right = 'read' | 'write' | 'enter';
const BITS: Record<Right, number> = { read: 0o400, write: 0o200, enter: 0o100 };

/** `user`: bound by the owner's permission bits. `superuser`: by `denied` alone, as a stand-in for what root may not do. */
export type Privilege = 'user' | 'superuser' | 'everything';

/** What one process may do. */
export class Permission {
  readonly #privilege: Privilege;

  constructor(privilege: Privilege) {
    this.#privilege = privilege;
  }

  may(inode: Inode, right: Right): boolean {
    if (this.#privilege === 'everything') return true;
    return !inode.denied && (this.#privilege === 'superuser' || (inode.mode & BITS[right]) !== 0);
  }

  /** Throws EROFS or EACCES. */
  demand(inode: Inode, right: Right): void {
    if (right === 'write' && inode.volume.readOnly) throw new DiskError('EROFS');
    if (!this.may(inode, right)) throw new DiskError('EACCES');
  }

  /** May something be made at this place? Throws EEXIST, EINVAL (a name the volume refuses), EROFS or EACCES. */
  demandNew(place: Place): void {
    if (place.inode !== null || place.special !== null) throw new DiskError('EEXIST');
    if (place.parent.volume.names.refuses(place.name)) throw new DiskError('EINVAL');
    this.demand(place.parent, 'write');
  }

  /** May mode and times of this be set? Throws EROFS or EPERM. */
  demandOwn(inode: Inode): void {
    if (inode.volume.readOnly) throw new DiskError('EROFS');
    if (inode.denied && this.#privilege !== 'everything') throw new DiskError('EPERM');
  }
}
