import { describe, expect, it } from 'vitest';
import { pictureAddress } from '../../../src/renderer/components/raster-image.ts';
import { colouredPng } from '../../fakes/coloured-png.ts';

describe('what is shown as a picture', () => {
  it('is told from its bytes', () => {
    const png = new Uint8Array(colouredPng(40));
    expect(pictureAddress(png)).toBe(`data:image/png;base64,${Buffer.from(png).toString('base64')}`);
    expect(pictureAddress(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toMatch(/^data:image\/jpeg;/);
  });

  it('holds no script and is not too big', () => {
    expect(pictureAddress(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull();
    expect(pictureAddress(new Uint8Array())).toBeNull();
    const large = new Uint8Array((4 << 20) + 1);
    large.set([0xff, 0xd8, 0xff]);
    expect(pictureAddress(large)).toBeNull();
  });
});
