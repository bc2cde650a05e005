/** What the system did not let us do, for people: what it means and what helps. */
const SENTENCES: { readonly [errno: string]: string } = {
  EACCES: 'Your user may not open or change it: allow that for it and for the folder it is in',
  EPERM: 'Your user may not open or change it: allow that for it and for the folder it is in',
  EROFS: 'Its disk can only be read: make it writable',
  ENOSPC: 'The disk is full: free some space on it',
  EDQUOT: 'Your share of the disk is full: free some of it',
  EFBIG: 'This disk cannot hold a file of that size: free it of that limit, or leave the file out',
  ENAMETOOLONG: 'Its name or its path is too long for this disk: give it, or a folder above it, a shorter name',
  EILSEQ: 'This disk cannot hold its name: rename it',
  EINVAL: 'This disk cannot hold its name: rename it',
  EIO: 'The disk reports an error: check the disk',
  EBUSY: 'Another program holds it: close that program',
  ETXTBSY: 'It is a program that is running: close it',
  ELOOP: 'Links lead round in a circle there: take one of them away',
  EMFILE: 'Too many files are open: close some programs',
  ENFILE: 'Too many files are open: close some programs',
  ENOMEM: 'This computer has too little memory left: close some programs',
  ENOENT: 'It went away just then: look whether it is where it should be',
  ENOTDIR: 'There is a file where a folder should be: move it away',
  EISDIR: 'There is a folder where a file should be: move it away',
  ESTALE: 'Its disk or server does not answer: connect it again',
  ENODEV: 'Its disk or server does not answer: connect it again',
  ENXIO: 'Its disk or server does not answer: connect it again',
  ENOTCONN: 'Its disk or server does not answer: connect it again',
  EHOSTDOWN: 'Its disk or server does not answer: connect it again',
  ETIMEDOUT: 'Its disk or server does not answer: connect it again',
};

/** Why something could not be done with one item or place, as a sentence that says what helps, with the system's own code; other failures say it themselves. */
export function troubleText(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) return message;
  const known = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined;
  return known === undefined ? `The system refused it (${message.split(', ')[0]}).` : `${known} (${code}).`;
}
