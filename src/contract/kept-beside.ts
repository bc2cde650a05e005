/** What a contact may have several of, so that two that were one can both stay: numbers, addresses, what it is called. */
const SEVERAL: ReadonlySet<string> = new Set([
  'phones',
  'emails',
  'addresses',
  'onlineServices',
  'links',
  'nicknames',
  'notes',
  'organizations',
  'titles',
]);

/** Can the values of a conflict about this field of a contact stand beside each other (`phones/k1`)? */
export const isKeptBeside = (field: string): boolean =>
  SEVERAL.has(field.split('/', 1)[0] ?? '') && field.includes('/');
