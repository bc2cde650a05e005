/**
 * What to call places where there is little room: the last part of each, and of those that would be the same as many parts as tell them
 * apart. `/home/ana/people.vcf` and `/media/stick/people.vcf` are `ana/people.vcf` and `stick/people.vcf`.
 */
export function placeLabels(places: readonly string[]): ReadonlyMap<string, string> {
  const parted = [...new Set(places)].map((place) => ({
    place,
    parts: place.split(/[\\/]+/).filter((part) => part !== ''),
  }));
  const tail = (parts: readonly string[], length: number): string => parts.slice(-length).join('/');
  return new Map(
    parted.map(({ place, parts }) => {
      const others = parted.filter((one) => one.place !== place);
      const isShared = (length: number): boolean =>
        others.some((one) => tail(one.parts, length) === tail(parts, length));
      let length = 1;
      while (length < parts.length && isShared(length)) length++;
      return [place, length < parts.length || (length === 1 && !isShared(1)) ? tail(parts, length) : place];
    }),
  );
}
