-- One dialect for SQLite and PostgreSQL. Reads come from memory; tables are what a start loads.
-- SQLite takes any name for a type and looks at no length: a UUID is 16 bytes there, a time the
-- microseconds since 1970, a BOOLEAN 0 or 1, and lengths are checked.

-- The only row says which scripts made these tables: whoever starts and has no others changes nothing.
CREATE TABLE catalog_migrations (
  scripts VARCHAR(64) NOT NULL
);
INSERT INTO catalog_migrations (scripts) VALUES ('');

-- The only row says how many transactions there were; whoever writes locks it first.
CREATE TABLE catalog_version (
  id INTEGER PRIMARY KEY,
  version BIGINT NOT NULL
);
INSERT INTO catalog_version (id, version) VALUES (1, 0);

-- What other instances follow; the oldest are deleted, and who was further behind loads everything.
CREATE TABLE catalog_change (
  version BIGINT PRIMARY KEY,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changes VARCHAR NOT NULL
);

CREATE TABLE securable (
  id UUID PRIMARY KEY,
  parent UUID NOT NULL,
  type VARCHAR(32) NOT NULL CHECK (LENGTH(type) <= 32),
  folded_name VARCHAR(1024) NOT NULL CHECK (LENGTH(folded_name) <= 1024),
  location VARCHAR(4096) CHECK (LENGTH(location) <= 4096),
  body VARCHAR NOT NULL,
  CONSTRAINT securable_name UNIQUE (parent, type, folded_name),
  CONSTRAINT securable_location UNIQUE (location)
);

CREATE TABLE permission (
  securable UUID NOT NULL REFERENCES securable (id),
  principal UUID NOT NULL,
  privileges VARCHAR(2048) NOT NULL CHECK (LENGTH(privileges) <= 2048),
  PRIMARY KEY (securable, principal)
) ${in_key_order};
CREATE INDEX permission_principal ON permission (principal);

CREATE TABLE principal (
  id UUID PRIMARY KEY,
  folded_name VARCHAR(1024) NOT NULL CHECK (LENGTH(folded_name) <= 1024) UNIQUE,
  body VARCHAR NOT NULL
);

CREATE TABLE membership (
  group_id UUID NOT NULL REFERENCES principal (id),
  member UUID NOT NULL REFERENCES principal (id),
  PRIMARY KEY (group_id, member)
) ${in_key_order};
CREATE INDEX membership_member ON membership (member);

CREATE TABLE token (
  id UUID PRIMARY KEY,
  principal UUID NOT NULL REFERENCES principal (id),
  hash VARCHAR(64) NOT NULL CHECK (LENGTH(hash) <= 64) UNIQUE,
  body VARCHAR NOT NULL
);
CREATE INDEX token_principal ON token (principal);

CREATE TABLE audit_event (
  id ${counted},
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  principal UUID,
  principal_name VARCHAR(1024) NOT NULL CHECK (LENGTH(principal_name) <= 1024),
  action VARCHAR(128) NOT NULL CHECK (LENGTH(action) <= 128),
  securable_type VARCHAR(32) NOT NULL CHECK (LENGTH(securable_type) <= 32),
  full_name VARCHAR(4096) NOT NULL CHECK (LENGTH(full_name) <= 4096),
  parameters VARCHAR NOT NULL,
  outcome VARCHAR(16) NOT NULL CHECK (LENGTH(outcome) <= 16),
  reason VARCHAR NOT NULL,
  request_id VARCHAR(64) NOT NULL CHECK (LENGTH(request_id) <= 64),
  source_address VARCHAR(128) NOT NULL CHECK (LENGTH(source_address) <= 128)
);
CREATE INDEX audit_event_at ON audit_event (at);
