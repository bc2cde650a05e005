import type { GroupMembership } from './group-membership.ts';
import type { Member } from './member.ts';
import type { NamedOperation } from './membership-op.ts';
import { OperationsOnly } from './operations-only.ts';

/**
 * A collection this device left, until one of the others knows, or can read it at the relay: they would wait for it for ever. It tells them so over the
 * link, and gives and takes nothing else.
 */
export class LeftCollection extends OperationsOnly {
  readonly part = 'left';
  /** Milliseconds since 1970. */
  readonly since: number;
  /** A member has what this device said as it left, or it lies where they read it. */
  readonly told: () => void;

  constructor(membership: GroupMembership, since: number, told: () => void) {
    super(membership);
    this.since = since;
    this.told = told;
  }

  /** As of `GroupMembership`. */
  get relay(): string {
    return this.membership.relay();
  }
  membersSecret(): Uint8Array | null {
    return this.membership.membersSecret();
  }
  namedOperations(): readonly NamedOperation[] {
    return this.membership.namedOperations();
  }
  others(): readonly Member[] {
    return this.membership.others();
  }
  formerKeyOf() {
    return null;
  }
  wordOfRemoval() {
    return [];
  }
  /** A member that tells of this device's leaving has taken it. */
  receiveMembership(operations: readonly Uint8Array[]): boolean {
    const isNew = this.membership.receive(operations);
    if (this.membership.tellsOfOwnRemoval(operations)) this.told();
    return isNew;
  }
}
