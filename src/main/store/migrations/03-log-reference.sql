CREATE TABLE log_reference(
  log INTEGER PRIMARY KEY REFERENCES log, -- a log that a package referred to before anything of it had arrived
  member TEXT NOT NULL                    -- who wrote that package
) STRICT;
