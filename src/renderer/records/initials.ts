/** Two letters for a name: of its first and its last word that have one. Empty where none has. */
export function initials(name: string): string {
  const letters = name.split(/[\s,]+/).flatMap((word) => /\p{L}/u.exec(word)?.[0] ?? []);
  return [letters[0] ?? '', letters.length > 1 ? (letters.at(-1) ?? '') : ''].join('').toLocaleUpperCase();
}

/** The letter a name stands under in a long list: `É` under `E`, what begins with no letter under `#`. */
export function letterOf(name: string): string {
  const [first = ''] = name.trim().normalize('NFD');
  return /\p{L}/u.test(first) ? first.toLocaleUpperCase() : '#';
}
