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
