/** A value as JSON. Bytes within it (a small photo of a card) are `{"size", "base64"}`, as in `cat`. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    each instanceof Uint8Array ? { size: each.length, base64: Buffer.from(each).toString('base64') } : each,
  );

/** The value `toJson` wrote. */
export const fromJson = (text: string): unknown =>
  JSON.parse(text, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    const { base64 } = each as { readonly base64?: unknown };
    const isBytes = typeof base64 === 'string' && Object.keys(each).every((key) => key === 'base64' || key === 'size');
    return isBytes ? new Uint8Array(Buffer.from(base64, 'base64')) : each;
  });
