/** Which of these stand in the bytes: as text, and what is hexadecimal also as the bytes it means. */
export function foundIn(bytes: Uint8Array, needles: Readonly<Record<string, string | Uint8Array>>): string[] {
  const text = Buffer.from(bytes);
  return Object.entries(needles).flatMap(([name, needle]) => {
    const forms = [Buffer.from(needle)];
    if (typeof needle === 'string' && /^([0-9a-f]{2}){8,}$/.test(needle)) forms.push(Buffer.from(needle, 'hex'));
    return forms.some((form) => text.includes(form)) ? [name] : [];
  });
}
