const FRAMED = /^_\$!<(.*)>!\$_$/s;

/** A label as people read it: those Apple made itself stand in a frame (`_$!<Mother>!$_`), by which its programs translate them. */
export function withoutFrame(label: string): string {
  const own = FRAMED.exec(label)?.[1]?.trim() ?? '';
  return own === '' ? label : own;
}

export const framed = (word: string): string => `_$!<${word}>!$_`;
