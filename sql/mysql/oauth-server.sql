-- Gatehouse on MySQL 8.0 and later and MariaDB 10.6 and later: every table, once. Running it again changes nothing.
--
--   CREATE DATABASE gatehouse CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
--   mysql --database=gatehouse < oauth-server.sql
--
-- or `gatehouse migrate`, which runs exactly this file.
--
-- Keys are compared letter by letter: another collation than ascii_bin would take one for another that differs in
-- case.
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
  tenant_id     varchar(64) CHARACTER SET ascii COLLATE ascii_bin        NOT NULL,
  grant_key     varchar(43) CHARACTER SET ascii COLLATE ascii_bin        NOT NULL,
  version       bigint                                                   NOT NULL,
  attempt       varchar(64) CHARACTER SET ascii COLLATE ascii_bin        NOT NULL,
  client_id     varchar(255) CHARACTER SET ascii COLLATE ascii_bin,
  subject_hash  varchar(43) CHARACTER SET ascii COLLATE ascii_bin,
  sid_hash      varchar(43) CHARACTER SET ascii COLLATE ascii_bin,
  created_at    bigint                                                   NOT NULL,
  expires_at    bigint                                                   NOT NULL,
  purge_at      bigint                                                   NOT NULL,
  revoked_at    bigint,
  reason        varchar(2100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  client_epoch  bigint                                                   NOT NULL,
  data          mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin     NOT NULL,
  state         mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  PRIMARY KEY (tenant_id, grant_key),
  KEY oauth_grant_subj (tenant_id, subject_hash, client_id),
  KEY oauth_grant_client (tenant_id, client_id, created_at),
  KEY oauth_grant_sid (tenant_id, sid_hash),
  KEY oauth_grant_purge (purge_at)
) ENGINE = InnoDB;

-- An opaque access token: written once, read with every use, marked when it is revoked by itself. Lives minutes to
-- hours. A token whose grant is gone or revoked is dead, whatever stands here.
CREATE TABLE IF NOT EXISTS oauth_access_token (
  tenant_id     varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  token_hash    varchar(43) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  grant_key     varchar(43) CHARACTER SET ascii COLLATE ascii_bin,
  client_id     varchar(255) CHARACTER SET ascii COLLATE ascii_bin    NOT NULL,
  client_epoch  bigint,
  issued_at     bigint                                                NOT NULL,
  expires_at    bigint                                                NOT NULL,
  purge_at      bigint                                                NOT NULL,
  revoked_at    bigint,
  data          mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin  NOT NULL,
  PRIMARY KEY (tenant_id, token_hash),
  KEY oauth_at_purge (purge_at)
) ENGINE = InnoDB;

-- A browser that is signed in. Lives hours to days.
CREATE TABLE IF NOT EXISTS oauth_session (
  tenant_id     varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  sid_hash      varchar(43) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  version       bigint                                                NOT NULL,
  attempt       varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  subject_hash  varchar(43) CHARACTER SET ascii COLLATE ascii_bin,
  created_at    bigint                                                NOT NULL,
  expires_at    bigint                                                NOT NULL,
  purge_at      bigint                                                NOT NULL,
  data          mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin  NOT NULL,
  state         mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  PRIMARY KEY (tenant_id, sid_hash),
  KEY oauth_session_subj (tenant_id, subject_hash),
  KEY oauth_session_purge (purge_at)
) ENGINE = InnoDB;

-- What an owner has allowed a client: one row for each pair. Lives until it is removed.
CREATE TABLE IF NOT EXISTS oauth_consent (
  tenant_id     varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  consent_key   varchar(43) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  version       bigint                                                NOT NULL,
  attempt       varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  client_id     varchar(255) CHARACTER SET ascii COLLATE ascii_bin,
  subject_hash  varchar(43) CHARACTER SET ascii COLLATE ascii_bin,
  created_at    bigint                                                NOT NULL,
  expires_at    bigint                                                NOT NULL,
  purge_at      bigint                                                NOT NULL,
  data          mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin  NOT NULL,
  state         mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  PRIMARY KEY (tenant_id, consent_key),
  KEY oauth_consent_subj (tenant_id, subject_hash, client_id),
  KEY oauth_consent_client (tenant_id, client_id, created_at),
  KEY oauth_consent_purge (purge_at)
) ENGINE = InnoDB;

-- A registered client that is not in the configuration. Lives until it is removed.
CREATE TABLE IF NOT EXISTS oauth_client (
  tenant_id   varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  client_key  varchar(43) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  version     bigint                                                NOT NULL,
  attempt     varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  client_id   varchar(255) CHARACTER SET ascii COLLATE ascii_bin,
  created_at  bigint                                                NOT NULL,
  expires_at  bigint                                                NOT NULL,
  purge_at    bigint                                                NOT NULL,
  data        mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin  NOT NULL,
  state       mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  PRIMARY KEY (tenant_id, client_key),
  KEY oauth_client_purge (purge_at)
) ENGINE = InnoDB;

-- How often everything of a client was revoked: its version. Grants and tokens remember the one they were added
-- under; a higher one ends them. No row: never. Outlives the client.
CREATE TABLE IF NOT EXISTS oauth_client_epoch (
  tenant_id   varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  client_id   varchar(255) CHARACTER SET ascii COLLATE ascii_bin    NOT NULL,
  epoch_key   varchar(43) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  version     bigint                                                NOT NULL,
  attempt     varchar(64) CHARACTER SET ascii COLLATE ascii_bin     NOT NULL,
  created_at  bigint                                                NOT NULL,
  expires_at  bigint                                                NOT NULL,
  purge_at    bigint                                                NOT NULL,
  data        mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin  NOT NULL,
  state       mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  PRIMARY KEY (tenant_id, client_id),
  UNIQUE KEY oauth_client_epoch_key (tenant_id, epoch_key),
  KEY oauth_client_epoch_purge (purge_at)
) ENGINE = InnoDB;

-- What may be used once (assertion ids, DPoP proofs): remembered until it could not be used anyway, minutes.
CREATE TABLE IF NOT EXISTS oauth_replay (
  tenant_id   varchar(64) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  nonce_hash  varchar(43) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  attempt     varchar(64) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  expires_at  bigint                                             NOT NULL,
  purge_at    bigint                                             NOT NULL,
  PRIMARY KEY (tenant_id, nonce_hash),
  KEY oauth_replay_purge (purge_at)
) ENGINE = InnoDB;

-- Failed attempts (passwords, client secrets), counted from the first to the end of its window, minutes.
CREATE TABLE IF NOT EXISTS oauth_counter (
  tenant_id     varchar(64) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  counter_hash  varchar(43) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  failures      bigint                                             NOT NULL,
  window_end    bigint                                             NOT NULL,
  purge_at      bigint                                             NOT NULL,
  PRIMARY KEY (tenant_id, counter_hash),
  KEY oauth_counter_purge (purge_at)
) ENGINE = InnoDB;

-- Who does the removing just now, so that several nodes need not all do it. Of the database, not of a namespace.
CREATE TABLE IF NOT EXISTS oauth_lease (
  lease_name  varchar(64) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  owner_id    varchar(64) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  held_until  bigint                                             NOT NULL,
  PRIMARY KEY (lease_name)
) ENGINE = InnoDB;
INSERT INTO oauth_lease (lease_name, owner_id, held_until)
SELECT 'purge', '-', 0 FROM DUAL
 WHERE NOT EXISTS (SELECT 1 FROM oauth_lease WHERE lease_name = 'purge');

-- What this schema is: one row for each script that was run. minimum_version: the oldest schema number that a server
-- must know to run on it.
CREATE TABLE IF NOT EXISTS oauth_schema (
  version          int                                                NOT NULL,
  applied_at       bigint                                             NOT NULL,
  checksum         varchar(64) CHARACTER SET ascii COLLATE ascii_bin  NOT NULL,
  minimum_version  int                                                NOT NULL,
  PRIMARY KEY (version)
) ENGINE = InnoDB;
INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version)
SELECT 1, CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed),
       '910304afdda5aad9648a8698bf84a6dfb32df514adffdccde6e5b71a6847b1c2', 1 FROM DUAL
 WHERE NOT EXISTS (SELECT 1 FROM oauth_schema WHERE version = 1);

-- The user that the server connects as needs the four verbs on these tables, to read oauth_schema, and nothing more:
-- it creates, alters and drops nothing. As an administrator, with a password of your own and the database's name:
--
--   CREATE USER 'gatehouse'@'%' IDENTIFIED BY '...' REQUIRE SSL;
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_grant TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_access_token TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_session TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_consent TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_client TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_client_epoch TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_replay TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_counter TO 'gatehouse'@'%';
--   GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.oauth_lease TO 'gatehouse'@'%';
--   GRANT SELECT ON gatehouse.oauth_schema TO 'gatehouse'@'%';
