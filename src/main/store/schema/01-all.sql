-- The whole database as the newest version makes it from nothing. STRICT everywhere; a change of shape is a new file in ../migrations
-- whose number is the version it produces, and is made here too. Everything in here is disposable: see docs/decisions.
CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE collection(
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  own_log TEXT NOT NULL,          -- the log this device writes now
  time INTEGER NOT NULL,          -- last hybrid time written or read
  paused INTEGER NOT NULL,
  captured INTEGER NOT NULL       -- packages up to this row have had their content captured
) STRICT;

CREATE TABLE source(
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  collection INTEGER NOT NULL REFERENCES collection,
  location TEXT NOT NULL,
  format TEXT NOT NULL,
  adopting INTEGER NOT NULL,      -- 1 until a first cycle has compared every item with what the collection holds
  settings TEXT NOT NULL          -- JSON: only, ignore, readOnly, halt, confirmed plan
) STRICT;

CREATE TABLE log(
  id INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL REFERENCES collection,
  log TEXT NOT NULL,
  member TEXT NOT NULL,           -- '' while only referred to
  held INTEGER NOT NULL,          -- highest number held without a gap
  hash TEXT NOT NULL,             -- of that package
  applied INTEGER NOT NULL,       -- highest number constructed, or named as a problem, in every source here
  frozen INTEGER NOT NULL,
  UNIQUE(collection, log)
) STRICT;

-- A row without bytes is a package that others refer to and that has not arrived. Ids are never used twice: dots are made of them.
CREATE TABLE package(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  log INTEGER NOT NULL REFERENCES log,
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,             -- the first 8 bytes
  time INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  bytes BLOB,
  UNIQUE(log, number, hash)
) STRICT;

CREATE TABLE directory(
  id INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL REFERENCES collection,
  path TEXT NOT NULL,
  UNIQUE(collection, path)
) STRICT;

CREATE TABLE record(
  id INTEGER PRIMARY KEY,
  directory INTEGER NOT NULL REFERENCES directory,
  name TEXT NOT NULL,
  flags INTEGER NOT NULL,         -- 1 live, 2 open conflict, 4 with 2: a file that others lie below
  state BLOB NOT NULL,
  UNIQUE(directory, name)
) STRICT;
CREATE INDEX record_in_conflict ON record(id) WHERE flags & 2;

CREATE TABLE snapshot(
  source INTEGER NOT NULL,
  record INTEGER NOT NULL,
  revision BLOB,                  -- NULL: the item is not there
  held BLOB,                      -- NULL: the source shows exactly the record's state
  native BLOB,                    -- NULL: the source holds just what it can hold of that
  PRIMARY KEY(source, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE change_of(
  record INTEGER NOT NULL,
  package INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  PRIMARY KEY(record, package, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE problem(
  source INTEGER NOT NULL,
  record TEXT NOT NULL,
  code TEXT NOT NULL,
  detail TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY(source, record)
) STRICT, WITHOUT ROWID;

-- Which record's file holds a content in which source, by the first 6 bytes of its digest; the record's snapshot there has the whole of it.
CREATE TABLE content_at(
  key INTEGER NOT NULL,
  source INTEGER NOT NULL,        -- 0: the record's values refer to it, as a contact does to a photo
  record INTEGER NOT NULL,
  PRIMARY KEY(key, source, record)
) STRICT, WITHOUT ROWID;
CREATE TABLE chunk_list(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, content BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE chunk_at(key INTEGER NOT NULL, list INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY(key, list, place)) STRICT, WITHOUT ROWID;
CREATE TABLE kept(digest BLOB PRIMARY KEY, size INTEGER NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX kept_by_age ON kept(since, digest);

-- What each member said it holds and has applied; and recent writes not known to be durable yet.
CREATE TABLE acknowledged(
  collection INTEGER NOT NULL, device TEXT NOT NULL, log TEXT NOT NULL, held INTEGER NOT NULL, applied INTEGER NOT NULL,
  PRIMARY KEY(collection, device, log)
) STRICT, WITHOUT ROWID;
CREATE TABLE unsynced(source INTEGER NOT NULL, record INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(source, record)) STRICT, WITHOUT ROWID;

-- What a server was given before it was known what became of that, until it is.
CREATE TABLE sent(
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL,
  record INTEGER NOT NULL,
  held BLOB NOT NULL,             -- as its snapshot is to say
  native BLOB NOT NULL            -- in the format of the source
) STRICT;
CREATE INDEX sent_of ON sent(source, record);

-- Packages their authors might not write any more, for a person to decide.
CREATE TABLE quarantine(
  id INTEGER PRIMARY KEY,
  collection INTEGER NOT NULL REFERENCES collection,
  log TEXT NOT NULL,
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,             -- the whole of it
  member TEXT NOT NULL,
  bytes BLOB,                     -- NULL: a person does not want it
  UNIQUE(collection, log, number, hash)
) STRICT;
CREATE TABLE log_reference(
  log INTEGER PRIMARY KEY REFERENCES log, -- a log that a package referred to before anything of it had arrived
  member TEXT NOT NULL                    -- who wrote that package
) STRICT;

-- What is known of the relay a collection is at.
CREATE TABLE relay(
  collection INTEGER PRIMARY KEY REFERENCES collection,
  url TEXT NOT NULL,
  cursor INTEGER NOT NULL,        -- everything that was put there up to this one was read
  newest INTEGER NOT NULL,        -- the last item known to be there, read or put there
  born INTEGER NOT NULL           -- when the relay says the collection was registered there, ms; 0: it never said
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
