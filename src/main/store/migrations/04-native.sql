ALTER TABLE snapshot ADD COLUMN native BLOB; -- NULL: the source holds just what it can hold of the record
