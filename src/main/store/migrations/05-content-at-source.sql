-- A record's file may hold a content in one source and another one in the next: who holds it is the file of a record in a source.
ALTER TABLE content_at RENAME TO content_at_record;
CREATE TABLE content_at(
  key INTEGER NOT NULL,
  source INTEGER NOT NULL,        -- 0: the record's values refer to it, as a contact does to a photo
  record INTEGER NOT NULL,
  PRIMARY KEY(key, source, record)
) STRICT, WITHOUT ROWID;
-- Each source that has something there may hold it: its snapshot tells.
INSERT INTO content_at
  SELECT known.key, source.id, known.record FROM content_at_record AS known CROSS JOIN source
  WHERE EXISTS (SELECT 1 FROM snapshot WHERE source = source.id AND record = known.record AND revision IS NOT NULL);
INSERT INTO content_at
  SELECT known.key, 0, known.record FROM content_at_record AS known
  JOIN record ON record.id = known.record JOIN directory ON directory.id = record.directory
  JOIN collection ON collection.id = directory.collection WHERE collection.kind <> 'files';
DROP TABLE content_at_record;
-- Where a collection has several folders, what was noted of one was forgotten with the other: it is noted anew.
INSERT INTO setting(key, value)
  SELECT 'holders.' || uid, '' FROM collection
  WHERE kind = 'files' AND (SELECT count(*) FROM source WHERE source.collection = collection.id) > 1;
