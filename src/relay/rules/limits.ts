const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a relay lets one group and one member have. Sizes in bytes. `info` tells the first six. */
export interface RelayLimits {
  readonly item: number;
  readonly pack: number;
  readonly heads: number;
  /** All items of a group. */
  readonly groupItems: number;
  /** All packs of a group. */
  readonly groupPacks: number;
  readonly members: number;
  /** New items of a member, a second on average and at once. */
  readonly itemsASecond: number;
  readonly itemsAtOnce: number;
  /** What a member sends and fetches, splices left out. */
  readonly bytesASecond: number;
  /** Requests without a token of one host, and questions where a group is. */
  readonly strangersAMinute: number;
  readonly lookupsAMinute: number;
}

/** The quotas of PROTOCOL 3.1. */
export const LIMITS: RelayLimits = {
  item: MIB + 128 * KIB,
  pack: 8 * MIB + 64 * KIB,
  heads: 128 * KIB,
  groupItems: 256 * MIB,
  groupPacks: 1024 * MIB,
  members: 200,
  itemsASecond: 10,
  itemsAtOnce: 50,
  bytesASecond: 20_000_000,
  strangersAMinute: 20,
  lookupsAMinute: 600,
};

/** The longest answer to "what items are there after". */
export const ITEMS_ANSWER = 8 * MIB;
/** Items of one such answer at most. */
export const ITEMS_AT_ONCE = 1000;
/** Groups one authentication may name. */
export const GROUPS_AT_ONCE = 1000;
/** Packs one touch may name. */
export const PACKS_AT_ONCE = 1000;

export const CHALLENGE_MS = 2 * MINUTE;
export const TOKEN_MS = HOUR;
/** A token that opens nothing is only there to be replaced. */
export const EMPTY_TOKEN_MS = 2 * MINUTE;
/** How long the ends of a splice have to arrive. */
export const LIVE_MS = 10 * SECOND;
export const MAILBOX_MS = DAY;
export const MAILBOX_TRIES = 5;
/** Open invitations of one member. */
export const MAILBOXES = 32;
/** Events sockets are asked so often whether they live; two questions without an answer, and they do not. */
export const PING_MS = 25 * SECOND;

/** How long an item waits for those who have not passed it; then a peer has to help them. */
export const ITEM_LIFE_MS = 30 * DAY;
/** How long a pack stays after it was put or touched. */
export const LEASE_MS = 30 * DAY;
/** Removed keys of one group for which something lies there. */
export const WORDS = 1000;
/** How long something waits for who was removed. Devices leave nothing for whom they know to be gone for longer. */
export const WORD_LIFE_MS = 366 * DAY;
/** Between the mark and the deletion of what nobody needs. */
export const GRACE_MS = DAY;

/** Tokens of one member at a time: those of reconnects not yet expired. The oldest goes. */
export const TOKENS_A_MEMBER = 8;
/** Splices of one member at a time. */
export const SPLICES_A_MEMBER = 16;
/** What lies between the two ends of a splice before the sender is held (PROTOCOL 2.10), and when it goes on. */
export const SPLICE_HIGH = MIB;
export const SPLICE_LOW = 256 * KIB;
/** What the shortest frame that has not left takes in memory, about. */
export const SPLICE_FRAME = 256;
