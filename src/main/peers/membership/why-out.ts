import type { GroupMembership } from './group-membership.ts';

/** What a person is told on a device that does not belong to a collection any more, or never did though it was let in. */
export interface WordsWhyOut {
  readonly title: string;
  /** What that means, and what to do. */
  readonly text: string;
}

/** `name`: of the collection. */
export function whyOut(
  membership: Pick<GroupMembership, 'current' | 'isAdmissionVoid' | 'hasLeft'>,
  name: string,
): WordsWhyOut {
  if (membership.current === null)
    return {
      title: `This device does not know any more who belongs to ${name}`,
      text: 'What says so is gone from its data: it left before, and only its database was put back from a copy, or that file was lost. What is here stays as it is; nothing is exchanged any more. To have done with it, leave it; to join again, do that first.',
    };
  if (membership.hasLeft())
    return {
      title: `This device left ${name}`,
      text: 'What it knows of it is older than that, as where its data was put back from a copy. What is here stays as it is; nothing is exchanged any more. To have done with it, leave it once more; to join again, do that first.',
    };
  return membership.isAdmissionVoid()
    ? {
        title: `This device does not belong to ${name}`,
        text: 'Whoever let it in had been removed by then. What is here stays as it is; nothing is exchanged any more. To join, leave it here first, and ask a device that belongs for a new invitation.',
      }
    : {
        title: `This device was removed from ${name}`,
        text: 'What is here stays as it is; nothing is exchanged any more. To join again, leave it first.',
      };
}

/** Why nothing can be written here. `name`: of the collection. */
export function whyNotWritten(membership: GroupMembership, name: string): string {
  if (membership.isMember()) return `This device may only read ${name}: ask an admin to let it edit.`;
  return `${whyOut(membership, name).title}: leave it, and join it with a new invitation.`;
}
