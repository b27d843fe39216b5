-- Keys that access tokens are signed with. The private half is encrypted; its key is not here.
CREATE TABLE signing_key (
  -- Who makes the next one writes the next number; of two who do, one succeeds.
  generation BIGINT PRIMARY KEY,
  signs_from TIMESTAMP WITH TIME ZONE NOT NULL,
  public_key VARCHAR(1024) NOT NULL CHECK (LENGTH(public_key) <= 1024),
  sealed_key VARCHAR(4096) NOT NULL CHECK (LENGTH(sealed_key) <= 4096)
);
