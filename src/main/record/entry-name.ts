/** A word or key as part of a field's name (`keywords/a~1b`), where `/` parts map and key; as in JSON pointers (RFC 6901). */
export const escapeName = (word: string): string => word.replaceAll('~', '~0').replaceAll('/', '~1');

/** The word or key that such a part of a name stands for. */
export const unescapeName = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
