-- The newest relay database from nothing. Ids and keys are lower-case hex, times milliseconds since 1970, sizes bytes.

-- `last`: the newest sid given. Items up to `collected` are gone; those up to `mark` are about to be, since `marked`.
-- `storage`: where the items of the group are; '' here.
CREATE TABLE grp (
  g TEXT PRIMARY KEY,
  gen INTEGER NOT NULL,
  last INTEGER NOT NULL DEFAULT 0,
  collected INTEGER NOT NULL DEFAULT 0,
  mark INTEGER NOT NULL DEFAULT 0,
  marked INTEGER NOT NULL DEFAULT 0,
  item_bytes INTEGER NOT NULL DEFAULT 0,
  pack_bytes INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL,
  storage TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `sid`: this member has everything up to there.
CREATE TABLE member (
  g TEXT NOT NULL,
  k TEXT NOT NULL,
  admin INTEGER NOT NULL,
  sid INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (g, k)
) STRICT, WITHOUT ROWID;

CREATE TABLE item (
  n INTEGER PRIMARY KEY,
  g TEXT NOT NULL,
  sid INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX item_sid ON item (g, sid);
CREATE UNIQUE INDEX item_hash ON item (g, hash);

CREATE TABLE heads (
  g TEXT NOT NULL,
  k TEXT NOT NULL,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (g, k)
) STRICT;

-- `lease`: until when it stays; `marked`: since when it is about to go, 0 where it is not. The bytes are in the blob store.
CREATE TABLE pack (
  g TEXT NOT NULL,
  id TEXT NOT NULL,
  size INTEGER NOT NULL,
  by TEXT NOT NULL,
  lease INTEGER NOT NULL,
  marked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (g, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pack_lease ON pack (lease);

CREATE TABLE mailbox (
  id TEXT PRIMARY KEY,
  token TEXT NOT NULL,
  g TEXT NOT NULL,
  k TEXT NOT NULL,
  until INTEGER NOT NULL,
  tries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
