-- Places that were given out for managed tables that are not there yet.
CREATE TABLE staging_table (
  id UUID PRIMARY KEY,
  schema_id UUID NOT NULL,
  folded_name VARCHAR(1024) NOT NULL CHECK (LENGTH(folded_name) <= 1024),
  location VARCHAR(4096) NOT NULL CHECK (LENGTH(location) <= 4096) UNIQUE,
  owner UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX staging_table_created ON staging_table (created_at);
