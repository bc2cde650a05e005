-- What is known of the relay a collection is at.
CREATE TABLE relay(
  collection INTEGER PRIMARY KEY REFERENCES collection,
  url TEXT NOT NULL,
  cursor INTEGER NOT NULL         -- everything that was put there up to this one was read
) STRICT;
-- Where packages lie there: the last item that brought each.
CREATE TABLE relay_item(
  collection INTEGER NOT NULL, log TEXT NOT NULL, number INTEGER NOT NULL, sid INTEGER NOT NULL,
  PRIMARY KEY(collection, log, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE relay_operation(collection INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY(collection, hash)) STRICT, WITHOUT ROWID;
-- Contents that lie there, and the packs they lie in.
CREATE TABLE relay_pack(
  id INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL,
  name TEXT NOT NULL,             -- as the relay knows it
  key BLOB NOT NULL,
  sid INTEGER NOT NULL,           -- the last item that tells what is in it
  covers TEXT,                    -- JSON {log: number}: once all have applied that it is of no use; NULL: another device put it there
  UNIQUE(collection, name)
) STRICT;
CREATE TABLE relay_content(
  collection INTEGER NOT NULL, digest BLOB NOT NULL, kind TEXT NOT NULL,
  pack INTEGER NOT NULL, place INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  PRIMARY KEY(pack, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX relay_content_of ON relay_content(collection, digest, kind);
-- The last that each member said of itself there: its time by its own clock, and up to where it had read.
CREATE TABLE relay_member(
  collection INTEGER NOT NULL, member TEXT NOT NULL, time INTEGER NOT NULL, cursor INTEGER NOT NULL,
  PRIMARY KEY(collection, member)
) STRICT, WITHOUT ROWID;
