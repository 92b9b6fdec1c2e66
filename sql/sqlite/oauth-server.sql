-- Gatehouse on SQLite 3.42 and later: every table, once. Running it again changes nothing.
--
--   sqlite3 gatehouse.db < oauth-server.sql
--
-- or `gatehouse migrate`, which runs exactly this file. One host, one process that writes at a time: for development
-- and small installations.
--
-- Where are the codes and the refresh tokens? They have no rows. Everything that one sign-in gives hangs on one row
-- of oauth_grant: its code, its refresh token and its revocation are parts of the column "state", and each change of
-- that row raises "version", so that of two changes from one version one is made.
--
-- In every table
--   tenant_id       the namespace, usually the issuer's URL; a hash behind "~" where that is longer than 64 letters
--   *_key, *_hash   base64url of a SHA-256, 43 letters: no handle, code or secret is in this database
--   *_at            epoch milliseconds
--   purge_at        from when on the row may be removed: the server removes it (every 60 s), or purge.sql does
--   data            JSON that is written once;  state: JSON that each change replaces, null when emptied
--   attempt         names the write that made this version, so that asking again tells what became of it

-- A sign-in, or whatever else gave tokens: one row, however often it is refreshed. Lives as long as anything it gave,
-- usually weeks. Read by key with every use of its tokens; listed to revoke by owner, client or browser session.
CREATE TABLE IF NOT EXISTS oauth_grant (
  tenant_id     TEXT     NOT NULL,
  grant_key     TEXT     NOT NULL,
  version       INTEGER  NOT NULL,
  attempt       TEXT     NOT NULL,
  client_id     TEXT,
  subject_hash  TEXT,
  sid_hash      TEXT,
  created_at    INTEGER  NOT NULL,
  expires_at    INTEGER  NOT NULL,
  purge_at      INTEGER  NOT NULL,
  revoked_at    INTEGER,
  reason        TEXT,
  client_epoch  INTEGER  NOT NULL,
  data          TEXT     NOT NULL,
  state         TEXT,
  PRIMARY KEY (tenant_id, grant_key)
) STRICT;
CREATE INDEX IF NOT EXISTS oauth_grant_subj ON oauth_grant (tenant_id, subject_hash, client_id);
CREATE INDEX IF NOT EXISTS oauth_grant_client ON oauth_grant (tenant_id, client_id, created_at);
CREATE INDEX IF NOT EXISTS oauth_grant_sid ON oauth_grant (tenant_id, sid_hash);
CREATE INDEX IF NOT EXISTS oauth_grant_purge ON oauth_grant (purge_at);

-- An opaque access token: written once, read with every use, marked when it is revoked by itself. Lives minutes to
-- hours. A token whose grant is gone or revoked is dead, whatever stands here.
CREATE TABLE IF NOT EXISTS oauth_access_token (
  tenant_id     TEXT     NOT NULL,
  token_hash    TEXT     NOT NULL,
  grant_key     TEXT,
  client_id     TEXT     NOT NULL,
  client_epoch  INTEGER,
  issued_at     INTEGER  NOT NULL,
  expires_at    INTEGER  NOT NULL,
  purge_at      INTEGER  NOT NULL,
  revoked_at    INTEGER,
  data          TEXT     NOT NULL,
  PRIMARY KEY (tenant_id, token_hash)
) STRICT;
CREATE INDEX IF NOT EXISTS oauth_at_purge ON oauth_access_token (purge_at);

-- A browser that is signed in. Lives hours to days.
CREATE TABLE IF NOT EXISTS oauth_session (
  tenant_id     TEXT     NOT NULL,
  sid_hash      TEXT     NOT NULL,
  version       INTEGER  NOT NULL,
  attempt       TEXT     NOT NULL,
  subject_hash  TEXT,
  created_at    INTEGER  NOT NULL,
  expires_at    INTEGER  NOT NULL,
  purge_at      INTEGER  NOT NULL,
  data          TEXT     NOT NULL,
  state         TEXT,
  PRIMARY KEY (tenant_id, sid_hash)
) STRICT;
CREATE INDEX IF NOT EXISTS oauth_session_subj ON oauth_session (tenant_id, subject_hash);
CREATE INDEX IF NOT EXISTS oauth_session_purge ON oauth_session (purge_at);

-- What an owner has allowed a client: one row for each pair. Lives until it is removed.
CREATE TABLE IF NOT EXISTS oauth_consent (
  tenant_id     TEXT     NOT NULL,
  consent_key   TEXT     NOT NULL,
  version       INTEGER  NOT NULL,
  attempt       TEXT     NOT NULL,
  client_id     TEXT,
  subject_hash  TEXT,
  created_at    INTEGER  NOT NULL,
  expires_at    INTEGER  NOT NULL,
  purge_at      INTEGER  NOT NULL,
  data          TEXT     NOT NULL,
  state         TEXT,
  PRIMARY KEY (tenant_id, consent_key)
) STRICT;
CREATE INDEX IF NOT EXISTS oauth_consent_subj ON oauth_consent (tenant_id, subject_hash, client_id);
CREATE INDEX IF NOT EXISTS oauth_consent_client ON oauth_consent (tenant_id, client_id, created_at);
CREATE INDEX IF NOT EXISTS oauth_consent_purge ON oauth_consent (purge_at);

-- A registered client that is not in the configuration. Lives until it is removed.
CREATE TABLE IF NOT EXISTS oauth_client (
  tenant_id   TEXT     NOT NULL,
  client_key  TEXT     NOT NULL,
  version     INTEGER  NOT NULL,
  attempt     TEXT     NOT NULL,
  client_id   TEXT,
  created_at  INTEGER  NOT NULL,
  expires_at  INTEGER  NOT NULL,
  purge_at    INTEGER  NOT NULL,
  data        TEXT     NOT NULL,
  state       TEXT,
  PRIMARY KEY (tenant_id, client_key)
) STRICT;
CREATE INDEX IF NOT EXISTS oauth_client_purge ON oauth_client (purge_at);

-- How often everything of a client was revoked: its version. Grants and tokens remember the one they were added
-- under; a higher one ends them. No row: never. Outlives the client.
CREATE TABLE IF NOT EXISTS oauth_client_epoch (
  tenant_id   TEXT     NOT NULL,
  client_id   TEXT     NOT NULL,
  epoch_key   TEXT     NOT NULL,
  version     INTEGER  NOT NULL,
  attempt     TEXT     NOT NULL,
  created_at  INTEGER  NOT NULL,
  expires_at  INTEGER  NOT NULL,
  purge_at    INTEGER  NOT NULL,
  data        TEXT     NOT NULL,
  state       TEXT,
  PRIMARY KEY (tenant_id, client_id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS oauth_client_epoch_key ON oauth_client_epoch (tenant_id, epoch_key);
CREATE INDEX IF NOT EXISTS oauth_client_epoch_purge ON oauth_client_epoch (purge_at);

-- What may be used once (assertion ids, DPoP proofs): remembered until it could not be used anyway, minutes.
CREATE TABLE IF NOT EXISTS oauth_replay (
  tenant_id   TEXT     NOT NULL,
  nonce_hash  TEXT     NOT NULL,
  attempt     TEXT     NOT NULL,
  expires_at  INTEGER  NOT NULL,
  purge_at    INTEGER  NOT NULL,
  PRIMARY KEY (tenant_id, nonce_hash)
) STRICT;
CREATE INDEX IF NOT EXISTS oauth_replay_purge ON oauth_replay (purge_at);

-- Failed attempts (passwords, client secrets), counted from the first to the end of its window, minutes.
CREATE TABLE IF NOT EXISTS oauth_counter (
  tenant_id     TEXT     NOT NULL,
  counter_hash  TEXT     NOT NULL,
  failures      INTEGER  NOT NULL,
  window_end    INTEGER  NOT NULL,
  purge_at      INTEGER  NOT NULL,
  PRIMARY KEY (tenant_id, counter_hash)
) STRICT;
CREATE INDEX IF NOT EXISTS oauth_counter_purge ON oauth_counter (purge_at);

-- Who does the removing just now, so that several nodes need not all do it. Of the database, not of a namespace.
CREATE TABLE IF NOT EXISTS oauth_lease (
  lease_name  TEXT     NOT NULL,
  owner_id    TEXT     NOT NULL,
  held_until  INTEGER  NOT NULL,
  PRIMARY KEY (lease_name)
) STRICT;
INSERT INTO oauth_lease (lease_name, owner_id, held_until)
SELECT 'purge', '-', 0
 WHERE NOT EXISTS (SELECT 1 FROM oauth_lease WHERE lease_name = 'purge');

-- What this schema is: one row for each script that was run. minimum_version: the oldest schema number that a server
-- must know to run on it.
CREATE TABLE IF NOT EXISTS oauth_schema (
  version          INTEGER  NOT NULL,
  applied_at       INTEGER  NOT NULL,
  checksum         TEXT     NOT NULL,
  minimum_version  INTEGER  NOT NULL,
  PRIMARY KEY (version)
) STRICT;
INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version)
SELECT 1, CAST(unixepoch('subsec') * 1000 AS INTEGER),
       '2108be47c211eb02a72b1d48c3923a39bd9bab26b855cf685417d5d7eceaed41', 1
 WHERE NOT EXISTS (SELECT 1 FROM oauth_schema WHERE version = 1);

-- There are no users: whoever may write the file may do everything. Keep it, and the files beside it that end in -wal
-- and -shm, readable by the server's user alone (mode 0600, in a folder with mode 0700).
