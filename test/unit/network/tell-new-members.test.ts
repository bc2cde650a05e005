import { expect, it } from 'vitest';
import type { NoticeView } from '../../../src/contract/contract.ts';
import { TellNewMembers } from '../../../src/main/network/tell-new-members.ts';
import { collectionId, type DeviceId } from '../../../src/main/record/ids.ts';
import type { Replica } from '../../../src/main/replica.ts';

const [DESK, LAPTOP, PHONE, TABLET] = ['desk', 'laptop', 'phone', 'tablet'] as DeviceId[] as [
  DeviceId,
  DeviceId,
  DeviceId,
  DeviceId,
];

interface Other {
  readonly device: DeviceId;
  readonly name: string;
  readonly addedBy: DeviceId;
}

/** A collection as the desk sees it, and what was announced. */
function openRoom(...others: Other[]) {
  const told: NoticeView[] = [];
  const members = new TellNewMembers({
    deviceId: DESK,
    events: {
      tell: (...[, notice]: unknown[]) => void told.push(notice as NoticeView),
      notice: () => {},
      forget: () => {},
    },
  });
  const replica = {
    id: collectionId('c'.repeat(32)),
    collection: { stored: { name: 'docs' } },
    membership: {
      others: () => others,
      member: (device: DeviceId) => others.find((each) => each.device === device) ?? null,
    },
  } as unknown as Replica;
  return { others, look: () => members.look(replica), texts: () => told.map(({ title, text }) => `${title}: ${text}`) };
}

const laptop = { device: LAPTOP, name: 'Laptop', addedBy: DESK };
const phone = { device: PHONE, name: 'Phone', addedBy: LAPTOP };

it('whoever another admin let in is announced, once', () => {
  const room = openRoom(laptop);
  room.look();
  room.others.push(phone);
  room.look();
  room.look();
  expect(room.texts()).toEqual([
    'Phone shares docs now: It was let in by Laptop. If you do not know it, remove it on the Devices page.',
  ]);
});

it('who was there before this device looked, and whom it let in itself, is no news', () => {
  const room = openRoom(laptop, phone);
  room.look();
  room.others.push({ device: TABLET, name: 'Tablet', addedBy: DESK });
  room.look();
  expect(room.texts()).toEqual([]);
});

it('an admin that was removed since is named as one', () => {
  const room = openRoom();
  room.look();
  room.others.push(phone);
  room.look();
  expect(room.texts()[0]).toContain('let in by a device that was removed since');
});
