/**
 * The gear table of the chunker: 256 signed 32-bit numbers drawn from splitmix32 (Steele, Lea, Flood: "Fast splittable
 * pseudorandom number generators", OOPSLA 2014, cut to 32 bits) with this seed. Every device must hold the same table:
 * another one moves every cut and makes every file look new.
 */
const SEED = 0x4c6f636b;

function makeGear(): Int32Array {
  const gear = new Int32Array(256);
  let state = SEED;
  for (let at = 0; at < gear.length; at++) {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    gear[at] = mixed ^ (mixed >>> 15);
  }
  return gear;
}

/** Shared by every chunker; never written to. */
export const GEAR: Int32Array = makeGear();
