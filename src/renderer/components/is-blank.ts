/** Seen from so far away what is drawn in one place only is still seen. Pixels a side. */
const SIDE = 32;

/**
 * Is a picture transparent throughout? It is made small and looked at beside the page, so a large one costs no frame. One that cannot be
 * looked at so counts as drawn.
 */
export async function isBlank(picture: HTMLImageElement): Promise<boolean> {
  try {
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
