-- What tells that a relay has lost what it had.
CREATE TEMP TABLE relay_before AS SELECT * FROM relay;
DROP TABLE relay;
CREATE TABLE relay(
  collection INTEGER PRIMARY KEY REFERENCES collection,
  url TEXT NOT NULL,
  cursor INTEGER NOT NULL,        -- everything that was put there up to this one was read
  newest INTEGER NOT NULL,        -- the last item known to be there, read or put there
  born INTEGER NOT NULL           -- when the relay says the collection was registered there, ms; 0: it never said
) STRICT;
INSERT INTO relay(collection, url, cursor, newest, born)
  SELECT collection, url, cursor,
    max(cursor, (SELECT coalesce(max(sid), 0) FROM relay_item WHERE relay_item.collection = relay_before.collection)), 0
  FROM relay_before;
DROP TABLE relay_before;
