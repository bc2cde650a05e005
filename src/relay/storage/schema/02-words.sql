-- What was left for a key that was removed. Its bytes count as those of items.
CREATE TABLE word (
  g TEXT NOT NULL,
  k TEXT NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (g, k)
) STRICT;
CREATE INDEX word_at ON word (at);
