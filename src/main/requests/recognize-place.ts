import type { PlaceView } from '../../contract/contract.ts';
import type { Engine } from '../engine.ts';
import { NOT_COUNTED } from '../sources/count-items.ts';

/**
 * What is at a place on this device, and how much of it, before anything is added. Makes and changes nothing. Fails with `no-such-path`,
 * `overlaps-source`, `unknown-format`, `wrong-format`.
 */
export async function recognizePlace(engine: Engine, location: string, format: string | null): Promise<PlaceView> {
  const { path, format: found } = await engine.place(location, { kind: null, format, create: false });
  const { records, damaged } = found.text === null ? NOT_COUNTED : await engine.world.countItems(path, found.name);
  return { kind: found.kind, format: found.name, records, damaged };
}
