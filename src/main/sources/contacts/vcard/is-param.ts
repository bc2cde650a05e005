/** Is this the name, however it is written, of the parameter `wanted` (upper case)? */
export const isParam = (name: string, wanted: string): boolean =>
  name === wanted || (name.length === wanted.length && name.toUpperCase() === wanted);
