import { useEffect, useState } from 'react';

/** Seen from so far away what is drawn in one place only is still seen. Pixels a side. */
const SIDE = 32;

/** Only these can be transparent; photos are mostly none of them. */
const mayBeClear = (address: string): boolean => /^data:image\/(?:png|gif|webp)/.test(address);

/** Of bytes that are at hand it is known: a face that comes back into sight stands there at once. */
const KNOWN = new WeakMap<Uint8Array, boolean>();

/**
 * Is there nothing to be seen in the picture at `address`, which these bytes are, since it is transparent throughout? null: it is not known yet, and
 * neither the picture nor that there is none should be shown.
 */
export function useIsBlank(bytes: Uint8Array | null, address: string | null): boolean | null {
  const [found, setFound] = useState<{ readonly address: string; readonly isBlank: boolean } | null>(null);
  const known =
    bytes === null || address === null || !mayBeClear(address)
      ? false
      : found?.address === address
        ? found.isBlank
        : (KNOWN.get(bytes) ?? null);
  useEffect(() => {
    if (bytes === null || address === null || known !== null) return;
    let isAsked = true;
    void isBlank(address).then((is) => {
      KNOWN.set(bytes, is);
      if (isAsked) setFound({ address, isBlank: is });
    });
    return () => {
      isAsked = false;
    };
  }, [bytes, address, known]);
  return known;
}

/** It is made small and looked at beside the page, so a large one costs no frame. One that cannot be looked at so counts as drawn. */
async function isBlank(address: string): Promise<boolean> {
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const small = await createImageBitmap(picture, {
      resizeWidth: SIDE,
      resizeHeight: SIDE,
      resizeQuality: 'medium',
    });
    const canvas = new OffscreenCanvas(SIDE, SIDE).getContext('2d');
    if (canvas === null) return false;
    canvas.drawImage(small, 0, 0);
    small.close();
    const { data } = canvas.getImageData(0, 0, SIDE, SIDE);
    return data.every((value, at) => at % 4 !== 3 || value === 0);
  } catch {
    return false;
  }
}
