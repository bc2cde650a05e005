import type { RequestView, StatusView } from './contract.ts';

/** A sentence of two or three names has room for so much of each. */
const MOST_LETTERS = 30;

/** A name, or of one as long as somebody liked its beginning: what a sentence says of it has to be in sight too. Letters as people count them stay whole. */
function briefName(name: string): string {
  if (name.length <= MOST_LETTERS) return name;
  const letters = [...new Intl.Segmenter().segment(name)].map(({ segment }) => segment);
  return letters.length <= MOST_LETTERS ? name : `${letters.slice(0, MOST_LETTERS).join('').trimEnd()}…`;
}

const named = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: briefName(one.name) });

/** A status in which collections and devices are called by such names. */
export function statusInBrief(status: StatusView): StatusView {
  const { collections, joining } = status;
  return {
    ...status,
    collections: collections.map((one) => ({
      ...named(one),
      peers: one.peers.map(named),
      ...(one.decidedBy === undefined ? {} : { decidedBy: one.decidedBy.map(briefName) }),
    })),
    ...(joining === undefined ? {} : { joining: joining.map(named) }),
  };
}

/** The same of who asks to join. */
export const requestInBrief = (request: RequestView): RequestView => ({
  ...named(request),
  collectionName: briefName(request.collectionName),
});
