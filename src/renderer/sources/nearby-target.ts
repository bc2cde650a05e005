import type { NearbyDeviceView } from '../../contract/contract.ts';

/** Stands for a device that is not listed. */
export const BY_ADDRESS = 'by-address';

/** Which device a person chose, and what it was called then; null for the name where it is not listed. */
export interface Picked {
  readonly device: string;
  readonly name: string | null;
}

/**
 * What is chosen of those that wait now; null: nothing. A device that waits again is another entry each time, so one of the same name takes its
 * place, where only one has it: the codes tell whether it is the right one.
 */
export function pickedNow(devices: readonly NearbyDeviceView[], picked: Picked | null): string | null {
  if (picked === null) return null;
  if (picked.device === BY_ADDRESS || devices.some((one) => one.device === picked.device)) return picked.device;
  const [first, ...others] = devices.filter((one) => one.name === picked.name);
  return others.length === 0 ? (first?.device ?? null) : null;
}
