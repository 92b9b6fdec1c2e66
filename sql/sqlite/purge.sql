-- Removes what is past its time: at most 1000 rows of each table. For those who turn the server's own clean-up off
-- (purge.intervalSeconds: 0); both at once do no harm. Run it every minute, and again until nothing was removed:
--
--   sqlite3 gatehouse.db < purge.sql
--
-- Rows go from ten seconds after their purge_at on. The server, on the same machine and by the same clock as the file,
-- removes them at once.

DELETE FROM oauth_access_token WHERE rowid IN (
  SELECT rowid FROM oauth_access_token WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;

DELETE FROM oauth_grant WHERE rowid IN (
  SELECT rowid FROM oauth_grant WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;

DELETE FROM oauth_session WHERE rowid IN (
  SELECT rowid FROM oauth_session WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;

DELETE FROM oauth_consent WHERE rowid IN (
  SELECT rowid FROM oauth_consent WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;

DELETE FROM oauth_client WHERE rowid IN (
  SELECT rowid FROM oauth_client WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;

DELETE FROM oauth_client_epoch WHERE rowid IN (
  SELECT rowid FROM oauth_client_epoch WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;

DELETE FROM oauth_replay WHERE rowid IN (
  SELECT rowid FROM oauth_replay WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;

DELETE FROM oauth_counter WHERE rowid IN (
  SELECT rowid FROM oauth_counter WHERE purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000
   ORDER BY purge_at LIMIT 1000) AND purge_at < CAST(unixepoch('subsec') * 1000 AS INTEGER) - 10000;
