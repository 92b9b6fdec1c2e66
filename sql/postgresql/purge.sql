-- Removes what is past its time: at most 1000 rows of each table. For those who turn the server's own clean-up off
-- (purge.intervalSeconds: 0); both at once do no harm. Run it every minute, and again until nothing was removed:
--
--   psql -f purge.sql "postgresql://gatehouse@host/gatehouse"
--
-- Rows go from ten seconds after their purge_at on, as the server removes them: callers' clocks may differ by that
-- much. It is twice clockToleranceMs, whose default is 5000: where that is set higher, write its double here in place
-- of each 10000, or rows go while somebody may still change them.

DELETE FROM oauth_access_token WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_access_token WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;

DELETE FROM oauth_grant WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_grant WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;

DELETE FROM oauth_session WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_session WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;

DELETE FROM oauth_consent WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_consent WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;

DELETE FROM oauth_client WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_client WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;

DELETE FROM oauth_client_epoch WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_client_epoch WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;

DELETE FROM oauth_replay WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_replay WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;

DELETE FROM oauth_counter WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM oauth_counter WHERE purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000
   ORDER BY purge_at LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND purge_at < CAST(extract(epoch FROM now()) * 1000 AS bigint) - 10000;
