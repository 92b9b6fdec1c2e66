-- Removes what is past its time: at most 1000 rows of each table. For those who turn the server's own clean-up off
-- (purge.intervalSeconds: 0); both at once do no harm. Run it every minute, and again until nothing was removed:
--
--   mysql --database=gatehouse < purge.sql
--
-- Rows go from ten seconds after their purge_at on, as the server removes them: callers' clocks may differ by that
-- much. It is twice clockToleranceMs, whose default is 5000: where that is set higher, write its double here in place
-- of each 10000, or rows go while somebody may still change them.
--
-- Like the server it is not for binlog_format = STATEMENT, where a DELETE with a LIMIT is not safe. The server looks for
-- keys first and removes them then, and so holds fewer locks; a script keeps nothing between two statements.

DELETE FROM oauth_access_token
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;

DELETE FROM oauth_grant
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;

DELETE FROM oauth_session
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;

DELETE FROM oauth_consent
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;

DELETE FROM oauth_client
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;

DELETE FROM oauth_client_epoch
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;

DELETE FROM oauth_replay
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;

DELETE FROM oauth_counter
 WHERE purge_at < CAST(unix_timestamp(current_timestamp(3)) * 1000 AS signed) - 10000
 ORDER BY purge_at LIMIT 1000;
