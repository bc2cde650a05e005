/** One for all names, and paths of them, that some disks do not tell apart by case or Unicode form. */
export const foldedName = (name: string): string => name.toLowerCase().normalize('NFC');
