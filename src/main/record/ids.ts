/** Branded identifiers. A string of one brand never passes for another; the makers below are the only casts. */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** What a collection's record is known by on every device. For files: the path below the root, NFC, `/`. */
export type RecordId = Brand<string, 'RecordId'>;
/** A property of a record, or one entry of a keyed map: `entry`, `emails/e1`. */
export type FieldName = Brand<string, 'FieldName'>;
/** 32 lowercase hex digits: the first 16 bytes of the digest of the collection's first membership operation. */
export type CollectionId = Brand<string, 'CollectionId'>;
/** 64 lowercase hex digits: SHA-256 over the device's public keys (PROTOCOL 2.1). */
export type DeviceId = Brand<string, 'DeviceId'>;
/** 64 hex digits: the raw Ed25519 key with which a device signs in one collection. */
export type MemberKey = Brand<string, 'MemberKey'>;
/** 16 hex digits: one incarnation of a device's writing in one collection. */
export type LogId = Brand<string, 'LogId'>;
/** Local to a device: names one source. */
export type SourceId = Brand<string, 'SourceId'>;
/** 64 lowercase hex digits: a SHA-256. */
export type Digest = Brand<string, 'Digest'>;

/** A text that is known to be such an id: nothing is checked. So are those that follow. */
export const recordId = (text: string): RecordId => text as RecordId;
export const fieldName = (text: string): FieldName => text as FieldName;
export const collectionId = (hex: string): CollectionId => hex as CollectionId;
export const deviceId = (hex: string): DeviceId => hex as DeviceId;
export const memberKey = (hex: string): MemberKey => hex as MemberKey;
export const logId = (hex: string): LogId => hex as LogId;
export const sourceId = (text: string): SourceId => text as SourceId;
export const digest = (hex: string): Digest => hex as Digest;

/**
 * Names one change: a change's place in the packages this device knows of. It is local (the number a device gives a
 * package, times 256, plus the index of the change in it), so it is cheap to keep in millions; outside the device a change is named by
 * (log, number, package hash, index). Equal dots name the same change; their order means nothing.
 */
export type Dot = Brand<number, 'Dot'>;

/** A package holds at most this many changes (DESIGN 6), which is what lets a dot be one number. */
export const CHANGES_PER_PACKAGE = 256;

/** A dot taken together, and apart: the row of its package here, and the index of the change in it. */
export const dotOf = (packageRow: number, index: number): Dot => (packageRow * CHANGES_PER_PACKAGE + index) as Dot;
/** The row of the package a dot is in. */
export const packageRowOf = (dot: Dot): number => Math.floor(dot / CHANGES_PER_PACKAGE);
/** Which change of its package a dot is. */
export const indexOf = (dot: Dot): number => dot % CHANGES_PER_PACKAGE;
