/** As the beginning of a sentence: its first letter large, unless it begins with an address, a path or the name of a file. */
export const sentence = (text: string): string =>
  /^\p{Ll}+(?=[\s,;:’]|$)(?!:\/\/)/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
