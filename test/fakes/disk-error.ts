const TEXTS = {
  EACCES: 'permission denied',
  EBADF: 'bad file descriptor',
  EBUSY: 'resource busy or locked',
  EEXIST: 'file already exists',
  EINVAL: 'invalid argument',
  EIO: 'i/o error',
  EISDIR: 'illegal operation on a directory',
  ELOOP: 'too many symbolic links encountered',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'name too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  ENOTEMPTY: 'directory not empty',
  ENXIO: 'no such device or address',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  EXDEV: 'cross-device link not permitted',
} as const;

export type DiskErrorCode = keyof typeof TEXTS;

/** What Node throws: an Error with `code`; `syscall` and `path` are added where the call is known. */
export class DiskError extends Error {
  readonly code: DiskErrorCode;
  syscall = '';
  path = '';
  constructor(code: DiskErrorCode) {
    super(`${code}: ${TEXTS[code]}`);
    this.code = code;
  }

  /** Names the call and the path, once. */
  in(syscall: string, path: string): this {
    if (this.syscall === '') {
      this.syscall = syscall;
      this.path = path;
      this.message += `, ${syscall} '${path}'`;
    }
    return this;
  }
}
