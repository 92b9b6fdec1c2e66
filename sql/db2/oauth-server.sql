-- Gatehouse on Db2 11.5 and later: every table, once. Running it again changes nothing: what is there already is
-- answered by SQL0601N.
--
--   db2 connect to oauth && db2 -tvf oauth-server.sql
--
-- or `gatehouse migrate`, which runs exactly this file. The database must have CODESET UTF-8 and a table space with
-- pages of 8 KB or more (CREATE DATABASE ... PAGESIZE 8 K). It was run by Db2's own driver on Apache Derby; it has
-- not run on Db2 yet.
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
CREATE TABLE oauth_grant (
  tenant_id     VARCHAR(64)                  NOT NULL,
  grant_key     VARCHAR(43)                  NOT NULL,
  version       BIGINT                       NOT NULL,
  attempt       VARCHAR(64)                  NOT NULL,
  client_id     VARCHAR(255),
  subject_hash  VARCHAR(43),
  sid_hash      VARCHAR(43),
  created_at    BIGINT                       NOT NULL,
  expires_at    BIGINT                       NOT NULL,
  purge_at      BIGINT                       NOT NULL,
  revoked_at    BIGINT,
  reason        VARCHAR(2100),
  client_epoch  BIGINT                       NOT NULL,
  data          CLOB(1M) INLINE LENGTH 1000  NOT NULL,
  state         CLOB(1M) INLINE LENGTH 1000,
  CONSTRAINT oauth_grant_pk PRIMARY KEY (tenant_id, grant_key)
);
CREATE INDEX oauth_grant_subj ON oauth_grant (tenant_id, subject_hash, client_id);
CREATE INDEX oauth_grant_client ON oauth_grant (tenant_id, client_id, created_at);
CREATE INDEX oauth_grant_sid ON oauth_grant (tenant_id, sid_hash);
CREATE INDEX oauth_grant_purge ON oauth_grant (purge_at);

-- An opaque access token: written once, read with every use, marked when it is revoked by itself. Lives minutes to
-- hours. A token whose grant is gone or revoked is dead, whatever stands here.
CREATE TABLE oauth_access_token (
  tenant_id     VARCHAR(64)                  NOT NULL,
  token_hash    VARCHAR(43)                  NOT NULL,
  grant_key     VARCHAR(43),
  client_id     VARCHAR(255)                 NOT NULL,
  client_epoch  BIGINT,
  issued_at     BIGINT                       NOT NULL,
  expires_at    BIGINT                       NOT NULL,
  purge_at      BIGINT                       NOT NULL,
  revoked_at    BIGINT,
  data          CLOB(1M) INLINE LENGTH 1000  NOT NULL,
  CONSTRAINT oauth_access_token_pk PRIMARY KEY (tenant_id, token_hash)
);
CREATE INDEX oauth_at_purge ON oauth_access_token (purge_at);

-- A browser that is signed in. Lives hours to days.
CREATE TABLE oauth_session (
  tenant_id     VARCHAR(64)                  NOT NULL,
  sid_hash      VARCHAR(43)                  NOT NULL,
  version       BIGINT                       NOT NULL,
  attempt       VARCHAR(64)                  NOT NULL,
  subject_hash  VARCHAR(43),
  created_at    BIGINT                       NOT NULL,
  expires_at    BIGINT                       NOT NULL,
  purge_at      BIGINT                       NOT NULL,
  data          CLOB(1M) INLINE LENGTH 1000  NOT NULL,
  state         CLOB(1M) INLINE LENGTH 1000,
  CONSTRAINT oauth_session_pk PRIMARY KEY (tenant_id, sid_hash)
);
CREATE INDEX oauth_session_subj ON oauth_session (tenant_id, subject_hash);
CREATE INDEX oauth_session_purge ON oauth_session (purge_at);

-- What an owner has allowed a client: one row for each pair. Lives until it is removed.
CREATE TABLE oauth_consent (
  tenant_id     VARCHAR(64)                  NOT NULL,
  consent_key   VARCHAR(43)                  NOT NULL,
  version       BIGINT                       NOT NULL,
  attempt       VARCHAR(64)                  NOT NULL,
  client_id     VARCHAR(255),
  subject_hash  VARCHAR(43),
  created_at    BIGINT                       NOT NULL,
  expires_at    BIGINT                       NOT NULL,
  purge_at      BIGINT                       NOT NULL,
  data          CLOB(1M) INLINE LENGTH 1000  NOT NULL,
  state         CLOB(1M) INLINE LENGTH 1000,
  CONSTRAINT oauth_consent_pk PRIMARY KEY (tenant_id, consent_key)
);
CREATE INDEX oauth_consent_subj ON oauth_consent (tenant_id, subject_hash, client_id);
CREATE INDEX oauth_consent_client ON oauth_consent (tenant_id, client_id, created_at);
CREATE INDEX oauth_consent_purge ON oauth_consent (purge_at);

-- A registered client that is not in the configuration. Lives until it is removed.
CREATE TABLE oauth_client (
  tenant_id   VARCHAR(64)                  NOT NULL,
  client_key  VARCHAR(43)                  NOT NULL,
  version     BIGINT                       NOT NULL,
  attempt     VARCHAR(64)                  NOT NULL,
  client_id   VARCHAR(255),
  created_at  BIGINT                       NOT NULL,
  expires_at  BIGINT                       NOT NULL,
  purge_at    BIGINT                       NOT NULL,
  data        CLOB(1M) INLINE LENGTH 1000  NOT NULL,
  state       CLOB(1M) INLINE LENGTH 1000,
  CONSTRAINT oauth_client_pk PRIMARY KEY (tenant_id, client_key)
);
CREATE INDEX oauth_client_purge ON oauth_client (purge_at);

-- How often everything of a client was revoked: its version. Grants and tokens remember the one they were added
-- under; a higher one ends them. No row: never. Outlives the client.
CREATE TABLE oauth_client_epoch (
  tenant_id   VARCHAR(64)                  NOT NULL,
  client_id   VARCHAR(255)                 NOT NULL,
  epoch_key   VARCHAR(43)                  NOT NULL,
  version     BIGINT                       NOT NULL,
  attempt     VARCHAR(64)                  NOT NULL,
  created_at  BIGINT                       NOT NULL,
  expires_at  BIGINT                       NOT NULL,
  purge_at    BIGINT                       NOT NULL,
  data        CLOB(1M) INLINE LENGTH 1000  NOT NULL,
  state       CLOB(1M) INLINE LENGTH 1000,
  CONSTRAINT oauth_client_epoch_pk PRIMARY KEY (tenant_id, client_id)
);
CREATE UNIQUE INDEX oauth_client_epoch_key ON oauth_client_epoch (tenant_id, epoch_key);
CREATE INDEX oauth_client_epoch_purge ON oauth_client_epoch (purge_at);

-- What may be used once (assertion ids, DPoP proofs): remembered until it could not be used anyway, minutes.
CREATE TABLE oauth_replay (
  tenant_id   VARCHAR(64)  NOT NULL,
  nonce_hash  VARCHAR(43)  NOT NULL,
  attempt     VARCHAR(64)  NOT NULL,
  expires_at  BIGINT       NOT NULL,
  purge_at    BIGINT       NOT NULL,
  CONSTRAINT oauth_replay_pk PRIMARY KEY (tenant_id, nonce_hash)
);
CREATE INDEX oauth_replay_purge ON oauth_replay (purge_at);

-- Failed attempts (passwords, client secrets), counted from the first to the end of its window, minutes.
CREATE TABLE oauth_counter (
  tenant_id     VARCHAR(64)  NOT NULL,
  counter_hash  VARCHAR(43)  NOT NULL,
  failures      BIGINT       NOT NULL,
  window_end    BIGINT       NOT NULL,
  purge_at      BIGINT       NOT NULL,
  CONSTRAINT oauth_counter_pk PRIMARY KEY (tenant_id, counter_hash)
);
CREATE INDEX oauth_counter_purge ON oauth_counter (purge_at);

-- Who does the removing just now, so that several nodes need not all do it. Of the database, not of a namespace.
CREATE TABLE oauth_lease (
  lease_name  VARCHAR(64)  NOT NULL,
  owner_id    VARCHAR(64)  NOT NULL,
  held_until  BIGINT       NOT NULL,
  CONSTRAINT oauth_lease_pk PRIMARY KEY (lease_name)
);
INSERT INTO oauth_lease (lease_name, owner_id, held_until)
SELECT 'purge', '-', 0
  FROM SYSIBM.SYSDUMMY1
 WHERE NOT EXISTS (SELECT 1 FROM oauth_lease WHERE lease_name = 'purge');

-- What this schema is: one row for each script that was run. minimum_version: the oldest schema number that a server
-- must know to run on it.
CREATE TABLE oauth_schema (
  version          INTEGER      NOT NULL,
  applied_at       BIGINT       NOT NULL,
  checksum         VARCHAR(64)  NOT NULL,
  minimum_version  INTEGER      NOT NULL,
  CONSTRAINT oauth_schema_pk PRIMARY KEY (version)
);
INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version)
SELECT 1, (BIGINT(DAYS(CURRENT TIMESTAMP - CURRENT TIMEZONE) - 719163) * 86400
   + MIDNIGHT_SECONDS(CURRENT TIMESTAMP - CURRENT TIMEZONE)) * 1000,
       '92266fced4514ebb13548e84e79e36adb2925a0e283242a8bbd7ac455ad27ef6', 1
  FROM SYSIBM.SYSDUMMY1
 WHERE NOT EXISTS (SELECT 1 FROM oauth_schema WHERE version = 1);

-- The user that the server connects as needs the four verbs on these tables, to read oauth_schema, and nothing more:
-- it creates, alters and drops nothing. Users are the operating system's. As an administrator, with the schema's
-- name:
--
--   GRANT CONNECT ON DATABASE TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_grant TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_access_token TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_session TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_consent TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_client TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_client_epoch TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_replay TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_counter TO USER gatehouse;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON owner.oauth_lease TO USER gatehouse;
--   GRANT SELECT ON owner.oauth_schema TO USER gatehouse;
--
-- Its connection then names the schema: ?schema=OWNER.
