import type { Collection } from '../collection.ts';
import type { GroupMembership } from '../peers/membership/group-membership.ts';
import { type DeviceId, type Dot, packageRowOf } from '../record/ids.ts';
import type { MemberPositions } from './member-positions.ts';

/** What is known of a collection and of its members. */
interface Known {
  readonly collection: Pick<Collection, 'log'>;
  readonly membership: Pick<GroupMembership, 'others'>;
  readonly memberPositions: Pick<MemberPositions, 'of'>;
}

/**
 * May a member that cannot be asked now have a content that these changes wrote? Of those that can be, all were asked, and do not have it: not even
 * who wrote it, as where it followed a move, or was written over meanwhile. Of the others it may have it who wrote one of these, or has applied one.
 * `canBeAsked`: it is linked, and sends what it is asked for.
 */
export function mayCome(
  { collection, membership, memberPositions }: Known,
  dots: readonly Dot[],
  canBeAsked: (device: DeviceId) => boolean,
): boolean {
  const { log } = collection;
  const places = dots.map((dot) => log.place(packageRowOf(dot)));
  return membership.others().some(({ device, memberKey }) => {
    if (canBeAsked(device)) return false;
    const known = memberPositions.of(device);
    return places.some(
      ({ log: of, number }) => log.log(of, '').member === memberKey || (known.get(of)?.applied ?? 0) >= number,
    );
  });
}
