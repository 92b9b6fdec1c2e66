-- Gatehouse on SQL Server 2019 and later and Azure SQL: every table, once. Running it again changes nothing.
--
--   sqlcmd -b -d gatehouse -i oauth-server.sql
--
-- or `gatehouse migrate`, which runs exactly this file. It was checked as text and run on a compatible server; it has
-- not run on SQL Server yet.
--
-- The primary keys are hashes, in no order: they are not clustered, so that new rows do not split pages. Rows lie in
-- the order of their purge_at, and removing them takes whole pages.
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
IF OBJECT_ID(N'oauth_grant', N'U') IS NULL
CREATE TABLE oauth_grant (
  tenant_id     varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  grant_key     varchar(43) COLLATE Latin1_General_100_BIN2   NOT NULL,
  version       bigint                                        NOT NULL,
  attempt       varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  client_id     varchar(255) COLLATE Latin1_General_100_BIN2,
  subject_hash  varchar(43) COLLATE Latin1_General_100_BIN2,
  sid_hash      varchar(43) COLLATE Latin1_General_100_BIN2,
  created_at    bigint                                        NOT NULL,
  expires_at    bigint                                        NOT NULL,
  purge_at      bigint                                        NOT NULL,
  revoked_at    bigint,
  reason        nvarchar(2100),
  client_epoch  bigint                                        NOT NULL,
  data          nvarchar(max)                                 NOT NULL,
  state         nvarchar(max),
  CONSTRAINT oauth_grant_pk PRIMARY KEY NONCLUSTERED (tenant_id, grant_key)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_grant'), N'oauth_grant_subj', 'IndexID') IS NULL
  CREATE INDEX oauth_grant_subj ON oauth_grant (tenant_id, subject_hash, client_id);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_grant'), N'oauth_grant_client', 'IndexID') IS NULL
  CREATE INDEX oauth_grant_client ON oauth_grant (tenant_id, client_id, created_at);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_grant'), N'oauth_grant_sid', 'IndexID') IS NULL
  CREATE INDEX oauth_grant_sid ON oauth_grant (tenant_id, sid_hash);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_grant'), N'oauth_grant_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_grant_purge ON oauth_grant (purge_at);

-- An opaque access token: written once, read with every use, marked when it is revoked by itself. Lives minutes to
-- hours. A token whose grant is gone or revoked is dead, whatever stands here.
IF OBJECT_ID(N'oauth_access_token', N'U') IS NULL
CREATE TABLE oauth_access_token (
  tenant_id     varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  token_hash    varchar(43) COLLATE Latin1_General_100_BIN2   NOT NULL,
  grant_key     varchar(43) COLLATE Latin1_General_100_BIN2,
  client_id     varchar(255) COLLATE Latin1_General_100_BIN2  NOT NULL,
  client_epoch  bigint,
  issued_at     bigint                                        NOT NULL,
  expires_at    bigint                                        NOT NULL,
  purge_at      bigint                                        NOT NULL,
  revoked_at    bigint,
  data          nvarchar(max)                                 NOT NULL,
  CONSTRAINT oauth_access_token_pk PRIMARY KEY NONCLUSTERED (tenant_id, token_hash)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_access_token'), N'oauth_at_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_at_purge ON oauth_access_token (purge_at);

-- A browser that is signed in. Lives hours to days.
IF OBJECT_ID(N'oauth_session', N'U') IS NULL
CREATE TABLE oauth_session (
  tenant_id     varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  sid_hash      varchar(43) COLLATE Latin1_General_100_BIN2  NOT NULL,
  version       bigint                                       NOT NULL,
  attempt       varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  subject_hash  varchar(43) COLLATE Latin1_General_100_BIN2,
  created_at    bigint                                       NOT NULL,
  expires_at    bigint                                       NOT NULL,
  purge_at      bigint                                       NOT NULL,
  data          nvarchar(max)                                NOT NULL,
  state         nvarchar(max),
  CONSTRAINT oauth_session_pk PRIMARY KEY NONCLUSTERED (tenant_id, sid_hash)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_session'), N'oauth_session_subj', 'IndexID') IS NULL
  CREATE INDEX oauth_session_subj ON oauth_session (tenant_id, subject_hash);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_session'), N'oauth_session_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_session_purge ON oauth_session (purge_at);

-- What an owner has allowed a client: one row for each pair. Lives until it is removed.
IF OBJECT_ID(N'oauth_consent', N'U') IS NULL
CREATE TABLE oauth_consent (
  tenant_id     varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  consent_key   varchar(43) COLLATE Latin1_General_100_BIN2   NOT NULL,
  version       bigint                                        NOT NULL,
  attempt       varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  client_id     varchar(255) COLLATE Latin1_General_100_BIN2,
  subject_hash  varchar(43) COLLATE Latin1_General_100_BIN2,
  created_at    bigint                                        NOT NULL,
  expires_at    bigint                                        NOT NULL,
  purge_at      bigint                                        NOT NULL,
  data          nvarchar(max)                                 NOT NULL,
  state         nvarchar(max),
  CONSTRAINT oauth_consent_pk PRIMARY KEY NONCLUSTERED (tenant_id, consent_key)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_consent'), N'oauth_consent_subj', 'IndexID') IS NULL
  CREATE INDEX oauth_consent_subj ON oauth_consent (tenant_id, subject_hash, client_id);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_consent'), N'oauth_consent_client', 'IndexID') IS NULL
  CREATE INDEX oauth_consent_client ON oauth_consent (tenant_id, client_id, created_at);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_consent'), N'oauth_consent_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_consent_purge ON oauth_consent (purge_at);

-- A registered client that is not in the configuration. Lives until it is removed.
IF OBJECT_ID(N'oauth_client', N'U') IS NULL
CREATE TABLE oauth_client (
  tenant_id   varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  client_key  varchar(43) COLLATE Latin1_General_100_BIN2   NOT NULL,
  version     bigint                                        NOT NULL,
  attempt     varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  client_id   varchar(255) COLLATE Latin1_General_100_BIN2,
  created_at  bigint                                        NOT NULL,
  expires_at  bigint                                        NOT NULL,
  purge_at    bigint                                        NOT NULL,
  data        nvarchar(max)                                 NOT NULL,
  state       nvarchar(max),
  CONSTRAINT oauth_client_pk PRIMARY KEY NONCLUSTERED (tenant_id, client_key)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_client'), N'oauth_client_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_client_purge ON oauth_client (purge_at);

-- How often everything of a client was revoked: its version. Grants and tokens remember the one they were added
-- under; a higher one ends them. No row: never. Outlives the client.
IF OBJECT_ID(N'oauth_client_epoch', N'U') IS NULL
CREATE TABLE oauth_client_epoch (
  tenant_id   varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  client_id   varchar(255) COLLATE Latin1_General_100_BIN2  NOT NULL,
  epoch_key   varchar(43) COLLATE Latin1_General_100_BIN2   NOT NULL,
  version     bigint                                        NOT NULL,
  attempt     varchar(64) COLLATE Latin1_General_100_BIN2   NOT NULL,
  created_at  bigint                                        NOT NULL,
  expires_at  bigint                                        NOT NULL,
  purge_at    bigint                                        NOT NULL,
  data        nvarchar(max)                                 NOT NULL,
  state       nvarchar(max),
  CONSTRAINT oauth_client_epoch_pk PRIMARY KEY NONCLUSTERED (tenant_id, client_id)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_client_epoch'), N'oauth_client_epoch_key', 'IndexID') IS NULL
  CREATE UNIQUE INDEX oauth_client_epoch_key ON oauth_client_epoch (tenant_id, epoch_key);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_client_epoch'), N'oauth_client_epoch_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_client_epoch_purge ON oauth_client_epoch (purge_at);

-- What may be used once (assertion ids, DPoP proofs): remembered until it could not be used anyway, minutes.
IF OBJECT_ID(N'oauth_replay', N'U') IS NULL
CREATE TABLE oauth_replay (
  tenant_id   varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  nonce_hash  varchar(43) COLLATE Latin1_General_100_BIN2  NOT NULL,
  attempt     varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  expires_at  bigint                                       NOT NULL,
  purge_at    bigint                                       NOT NULL,
  CONSTRAINT oauth_replay_pk PRIMARY KEY NONCLUSTERED (tenant_id, nonce_hash)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_replay'), N'oauth_replay_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_replay_purge ON oauth_replay (purge_at);

-- Failed attempts (passwords, client secrets), counted from the first to the end of its window, minutes.
IF OBJECT_ID(N'oauth_counter', N'U') IS NULL
CREATE TABLE oauth_counter (
  tenant_id     varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  counter_hash  varchar(43) COLLATE Latin1_General_100_BIN2  NOT NULL,
  failures      bigint                                       NOT NULL,
  window_end    bigint                                       NOT NULL,
  purge_at      bigint                                       NOT NULL,
  CONSTRAINT oauth_counter_pk PRIMARY KEY NONCLUSTERED (tenant_id, counter_hash)
);
IF INDEXPROPERTY(OBJECT_ID(N'oauth_counter'), N'oauth_counter_purge', 'IndexID') IS NULL
  CREATE CLUSTERED INDEX oauth_counter_purge ON oauth_counter (purge_at);

-- Who does the removing just now, so that several nodes need not all do it. Of the database, not of a namespace.
IF OBJECT_ID(N'oauth_lease', N'U') IS NULL
CREATE TABLE oauth_lease (
  lease_name  varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  owner_id    varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  held_until  bigint                                       NOT NULL,
  CONSTRAINT oauth_lease_pk PRIMARY KEY (lease_name)
);
INSERT INTO oauth_lease (lease_name, owner_id, held_until)
SELECT 'purge', '-', 0
 WHERE NOT EXISTS (SELECT 1 FROM oauth_lease WHERE lease_name = 'purge');

-- What this schema is: one row for each script that was run. minimum_version: the oldest schema number that a server
-- must know to run on it.
IF OBJECT_ID(N'oauth_schema', N'U') IS NULL
CREATE TABLE oauth_schema (
  version          int                                          NOT NULL,
  applied_at       bigint                                       NOT NULL,
  checksum         varchar(64) COLLATE Latin1_General_100_BIN2  NOT NULL,
  minimum_version  int                                          NOT NULL,
  CONSTRAINT oauth_schema_pk PRIMARY KEY (version)
);
INSERT INTO oauth_schema (version, applied_at, checksum, minimum_version)
SELECT 1, datediff_big(ms, '1970-01-01', sysutcdatetime()),
       'c3b03b92a91cae87c1a70d7d6510396af9ad473146c65a755e63f2a604fac177', 1
 WHERE NOT EXISTS (SELECT 1 FROM oauth_schema WHERE version = 1);

-- The user that the server connects as needs the four verbs on these tables, to read oauth_schema, and nothing more:
-- it creates, alters and drops nothing. As an administrator, with a password of your own:
--
--   CREATE LOGIN gatehouse WITH PASSWORD = '...';
--   CREATE USER gatehouse FOR LOGIN gatehouse;
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
