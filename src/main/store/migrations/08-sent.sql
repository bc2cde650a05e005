-- What a server was given before it was known what became of that, until it is.
CREATE TABLE sent(
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL,
  record INTEGER NOT NULL,
  held BLOB NOT NULL,             -- as its snapshot is to say
  native BLOB NOT NULL            -- in the format of the source
) STRICT;
CREATE INDEX sent_of ON sent(source, record);
