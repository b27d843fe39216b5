-- How fresh a table is, and whether its rows balance: as its pipeline said last.
CREATE TABLE table_freshness (
  securable UUID PRIMARY KEY,
  body VARCHAR NOT NULL
);

-- The last epochs of each table; older ones are deleted.
CREATE TABLE table_epoch (
  securable UUID NOT NULL,
  number BIGINT NOT NULL,
  body VARCHAR NOT NULL,
  PRIMARY KEY (securable, number)
) ${in_key_order};
