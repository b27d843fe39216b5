-- Lineage. Queries are answered from memory; these tables are what a start loads.

-- The only row: number of the last change, which every changed row below carries, so that other
-- instances can follow; how often old rows were deleted, whereupon they read everything again; and
-- what viewers' names of nodes that they may not see are made with.
CREATE TABLE lineage_version (
  id INTEGER PRIMARY KEY,
  version BIGINT NOT NULL,
  prunings BIGINT NOT NULL,
  secret VARCHAR(64) CHECK (LENGTH(secret) <= 64)
);
INSERT INTO lineage_version (id, version, prunings) VALUES (1, 0, 0);

-- A securable, by its id, or something outside, by namespace and name.
CREATE TABLE lineage_dataset (
  id UUID PRIMARY KEY,
  securable UUID,
  namespace VARCHAR(1024) NOT NULL CHECK (LENGTH(namespace) <= 1024),
  name VARCHAR(4096) NOT NULL CHECK (LENGTH(name) <= 4096),
  changed BIGINT NOT NULL
);
CREATE INDEX lineage_dataset_changed ON lineage_dataset (changed);

CREATE TABLE lineage_job (
  id UUID PRIMARY KEY,
  namespace VARCHAR(1024) NOT NULL CHECK (LENGTH(namespace) <= 1024),
  name VARCHAR(1024) NOT NULL CHECK (LENGTH(name) <= 1024),
  kind VARCHAR(16) NOT NULL CHECK (LENGTH(kind) <= 16),
  streaming BOOLEAN NOT NULL,
  reporter UUID NOT NULL,
  changed BIGINT NOT NULL
);
CREATE INDEX lineage_job_changed ON lineage_job (changed);

CREATE TABLE lineage_run (
  id UUID PRIMARY KEY,
  job UUID NOT NULL,
  external_id UUID NOT NULL,
  statement VARCHAR(256) NOT NULL CHECK (LENGTH(statement) <= 256),
  state VARCHAR(16) NOT NULL CHECK (LENGTH(state) <= 16),
  started_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  epoch BIGINT,
  changed BIGINT NOT NULL
);
CREATE INDEX lineage_run_changed ON lineage_run (changed);
CREATE INDEX lineage_run_updated ON lineage_run (updated_at);

-- Which versions of a table a run has written.
CREATE TABLE lineage_output (
  run UUID NOT NULL,
  dataset UUID NOT NULL,
  first_version BIGINT NOT NULL,
  last_version BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  PRIMARY KEY (run, dataset)
) ${in_key_order};
CREATE INDEX lineage_output_changed ON lineage_output (changed);

-- No target: read by a statement that wrote nothing. Columns empty: of the whole dataset.
CREATE TABLE lineage_edge (
  id UUID PRIMARY KEY,
  source UUID NOT NULL,
  source_column VARCHAR(1024) NOT NULL CHECK (LENGTH(source_column) <= 1024),
  target UUID,
  target_column VARCHAR(1024) NOT NULL CHECK (LENGTH(target_column) <= 1024),
  kind VARCHAR(16) NOT NULL CHECK (LENGTH(kind) <= 16),
  subtype VARCHAR(64) NOT NULL CHECK (LENGTH(subtype) <= 64),
  description VARCHAR(1024) NOT NULL CHECK (LENGTH(description) <= 1024),
  masking BOOLEAN NOT NULL,
  job UUID NOT NULL,
  run UUID,
  first_seen TIMESTAMP WITH TIME ZONE NOT NULL,
  last_seen TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  changed BIGINT NOT NULL
);
CREATE INDEX lineage_edge_changed ON lineage_edge (changed);
