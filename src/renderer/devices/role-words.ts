import type { Role } from '../../contract/contract.ts';

/** What a device would be allowed: "it may …". */
export const MAY: { readonly [role in Role]: string } = {
  admin: 'read and change it, and invite and remove devices',
  editor: 'read and change it',
  reader: 'read it',
};
