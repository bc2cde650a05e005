/**
 * The path of an address, as servers write it in one way or another: two that name the same resource are the same (`%40` is `@`). `base`: what it is
 * relative to.
 */
export function pathOf(href: string, base: string): string {
  const { pathname } = new URL(href, base);
  try {
    // Part by part: a slash in a name is none between two.
    const parts = pathname.split('/').map((part) => decodeURIComponent(part).replace(/[%#?/\\]/g, encodeURIComponent));
    return new URL(parts.join('/'), base).pathname;
  } catch {
    return pathname;
  }
}

/** As `pathOf`, of what a server names; null: that is no address. */
export const toldPath = (href: string | undefined, base: string): string | null =>
  href !== undefined && URL.canParse(href, base) ? pathOf(href, base) : null;

/** The path of what it lies in. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
