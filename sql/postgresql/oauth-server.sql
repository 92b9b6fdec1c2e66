-- Gatehouse on PostgreSQL 14 and later: every table, once. Running it again changes nothing.
--
--   psql -v ON_ERROR_STOP=1 -1 -f oauth-server.sql "postgresql://owner@host/gatehouse"
--
-- or `gatehouse migrate`, which runs exactly this file. The database must have ENCODING 'UTF8'.
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
  tenant_id     varchar(64) COLLATE "C"   NOT NULL,
  grant_key     varchar(43) COLLATE "C"   NOT NULL,
  version       bigint                    NOT NULL,
  attempt       varchar(64) COLLATE "C"   NOT NULL,
  client_id     varchar(255) COLLATE "C",
  subject_hash  varchar(43) COLLATE "C",
  sid_hash      varchar(43) COLLATE "C",
  created_at    bigint                    NOT NULL,
  expires_at    bigint                    NOT NULL,
  purge_at      bigint                    NOT NULL,
  revoked_at    bigint,
  reason        varchar(2100),
  client_epoch  bigint                    NOT NULL,
  data          text                      NOT NULL,
  state         text,
  PRIMARY KEY (tenant_id, grant_key)
) WITH (
  -- Half of each page is left free for the next version of its rows, which then needs no new index entry.
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_analyze_scale_factor = 0.05
);
CREATE INDEX IF NOT EXISTS oauth_grant_subj ON oauth_grant (tenant_id, subject_hash, client_id);
CREATE INDEX IF NOT EXISTS oauth_grant_client ON oauth_grant (tenant_id, client_id, created_at);
CREATE INDEX IF NOT EXISTS oauth_grant_sid ON oauth_grant (tenant_id, sid_hash);
CREATE INDEX IF NOT EXISTS oauth_grant_purge ON oauth_grant (purge_at);

-- An opaque access token: written once, read with every use, marked when it is revoked by itself. Lives minutes to
-- hours. A token whose grant is gone or revoked is dead, whatever stands here.
CREATE TABLE IF NOT EXISTS oauth_access_token (
  tenant_id     varchar(64) COLLATE "C"   NOT NULL,
  token_hash    varchar(43) COLLATE "C"   NOT NULL,
  grant_key     varchar(43) COLLATE "C",
  client_id     varchar(255) COLLATE "C"  NOT NULL,
  client_epoch  bigint,
  issued_at     bigint                    NOT NULL,
  expires_at    bigint                    NOT NULL,
  purge_at      bigint                    NOT NULL,
  revoked_at    bigint,
  data          text                      NOT NULL,
  PRIMARY KEY (tenant_id, token_hash)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS oauth_at_purge ON oauth_access_token (purge_at);

-- A browser that is signed in. Lives hours to days.
CREATE TABLE IF NOT EXISTS oauth_session (
  tenant_id     varchar(64) COLLATE "C"  NOT NULL,
  sid_hash      varchar(43) COLLATE "C"  NOT NULL,
  version       bigint                   NOT NULL,
  attempt       varchar(64) COLLATE "C"  NOT NULL,
  subject_hash  varchar(43) COLLATE "C",
  created_at    bigint                   NOT NULL,
  expires_at    bigint                   NOT NULL,
  purge_at      bigint                   NOT NULL,
  data          text                     NOT NULL,
  state         text,
  PRIMARY KEY (tenant_id, sid_hash)
) WITH (fillfactor = 70);
CREATE INDEX IF NOT EXISTS oauth_session_subj ON oauth_session (tenant_id, subject_hash);
CREATE INDEX IF NOT EXISTS oauth_session_purge ON oauth_session (purge_at);

-- What an owner has allowed a client: one row for each pair. Lives until it is removed.
CREATE TABLE IF NOT EXISTS oauth_consent (
  tenant_id     varchar(64) COLLATE "C"   NOT NULL,
  consent_key   varchar(43) COLLATE "C"   NOT NULL,
  version       bigint                    NOT NULL,
  attempt       varchar(64) COLLATE "C"   NOT NULL,
  client_id     varchar(255) COLLATE "C",
  subject_hash  varchar(43) COLLATE "C",
  created_at    bigint                    NOT NULL,
  expires_at    bigint                    NOT NULL,
  purge_at      bigint                    NOT NULL,
  data          text                      NOT NULL,
  state         text,
  PRIMARY KEY (tenant_id, consent_key)
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS oauth_consent_subj ON oauth_consent (tenant_id, subject_hash, client_id);
CREATE INDEX IF NOT EXISTS oauth_consent_client ON oauth_consent (tenant_id, client_id, created_at);
CREATE INDEX IF NOT EXISTS oauth_consent_purge ON oauth_consent (purge_at);

-- A registered client that is not in the configuration. Lives until it is removed.
CREATE TABLE IF NOT EXISTS oauth_client (
  tenant_id   varchar(64) COLLATE "C"   NOT NULL,
  client_key  varchar(43) COLLATE "C"   NOT NULL,
  version     bigint                    NOT NULL,
  attempt     varchar(64) COLLATE "C"   NOT NULL,
  client_id   varchar(255) COLLATE "C",
  created_at  bigint                    NOT NULL,
  expires_at  bigint                    NOT NULL,
  purge_at    bigint                    NOT NULL,
  data        text                      NOT NULL,
  state       text,
  PRIMARY KEY (tenant_id, client_key)
);
CREATE INDEX IF NOT EXISTS oauth_client_purge ON oauth_client (purge_at);

-- How often everything of a client was revoked: its version. Grants and tokens remember the one they were added
-- under; a higher one ends them. No row: never. Outlives the client.
CREATE TABLE IF NOT EXISTS oauth_client_epoch (
  tenant_id   varchar(64) COLLATE "C"   NOT NULL,
  client_id   varchar(255) COLLATE "C"  NOT NULL,
  epoch_key   varchar(43) COLLATE "C"   NOT NULL,
  version     bigint                    NOT NULL,
  attempt     varchar(64) COLLATE "C"   NOT NULL,
  created_at  bigint                    NOT NULL,
  expires_at  bigint                    NOT NULL,
  purge_at    bigint                    NOT NULL,
  data        text                      NOT NULL,
  state       text,
  PRIMARY KEY (tenant_id, client_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS oauth_client_epoch_key ON oauth_client_epoch (tenant_id, epoch_key);
CREATE INDEX IF NOT EXISTS oauth_client_epoch_purge ON oauth_client_epoch (purge_at);

-- What may be used once (assertion ids, DPoP proofs): remembered until it could not be used anyway, minutes.
CREATE TABLE IF NOT EXISTS oauth_replay (
  tenant_id   varchar(64) COLLATE "C"  NOT NULL,
  nonce_hash  varchar(43) COLLATE "C"  NOT NULL,
  attempt     varchar(64) COLLATE "C"  NOT NULL,
  expires_at  bigint                   NOT NULL,
  purge_at    bigint                   NOT NULL,
  PRIMARY KEY (tenant_id, nonce_hash)
);
CREATE INDEX IF NOT EXISTS oauth_replay_purge ON oauth_replay (purge_at);

-- Failed attempts (passwords, client secrets), counted from the first to the end of its window, minutes.
CREATE TABLE IF NOT EXISTS oauth_counter (
  tenant_id     varchar(64) COLLATE "C"  NOT NULL,
  counter_hash  varchar(43) COLLATE "C"  NOT NULL,
  failures      bigint                   NOT NULL,
  window_end    bigint                   NOT NULL,
  purge_at      bigint                   NOT NULL,
  PRIMARY KEY (tenant_id, counter_hash)
) WITH (fillfactor = 50);
CREATE INDEX IF NOT EXISTS oauth_counter_purge ON oauth_counter (purge_at);

-- Who does the removing just now, so that several nodes need not all do it. Of the database, not of a namespace.
CREATE TABLE IF NOT EXISTS oauth_lease (
  lease_name  varchar(64) COLLATE "C"  NOT NULL,
  owner_id    varchar(64) COLLATE "C"  NOT NULL,
  held_until  bigint                   NOT NULL,
  PRIMARY KEY (lease_name)
);
INSERT INTO oauth_lease (lease_name, owner_id, held_until)
SELECT 'purge', '-', 0
 WHERE NOT EXISTS (SELECT 1 FROM oauth_lease WHERE lease_name = 'purge');

-- What this schema is: one row for each script that was run. minimum_version: the oldest schema number that a server
-- must know to run on it.
CREATE TABLE IF NOT EXISTS oauth_schema (
  version          integer                  NOT NULL,
  applied_at       bigint                   NOT NULL,
  checksum         varchar(64) COLLATE "C"  NOT NULL,
  minimum_version  integer                  NOT NULL,
  PRIMARY KEY (version)
);
INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version)
SELECT 1, CAST(extract(epoch FROM now()) * 1000 AS bigint),
       '71a32b04abf9e68498cafa8c6b03c59937dddff0fd43dde90358137d280e441e', 1
 WHERE NOT EXISTS (SELECT 1 FROM oauth_schema WHERE version = 1);

-- The user that the server connects as needs the four verbs on these tables, to read oauth_schema, and nothing more:
-- it creates, alters and drops nothing. As the owner of the tables, with a password of your own:
--
--   CREATE ROLE gatehouse LOGIN PASSWORD '...';
--   GRANT USAGE ON SCHEMA public TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_grant TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_access_token TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_session TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_consent TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_client TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_client_epoch TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_replay TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_counter TO gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_lease TO gatehouse;
--   GRANT SELECT ON oauth_schema TO gatehouse;
