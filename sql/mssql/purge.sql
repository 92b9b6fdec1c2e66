-- Removes what is past its time: at most 1000 rows of each table. For those who turn the server's own clean-up off
-- (purge.intervalSeconds: 0); both at once do no harm. Run it every minute, and again until nothing was removed:
--
--   sqlcmd -b -d gatehouse -i purge.sql
--
-- Rows go from ten seconds after their purge_at on, as the server removes them: callers' clocks may differ by that
-- much. It is twice clockToleranceMs, whose default is 5000: where that is set higher, write its double here in place
-- of each 10000, or rows go while somebody may still change them.

DELETE TOP (1000) FROM oauth_access_token WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;

DELETE TOP (1000) FROM oauth_grant WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;

DELETE TOP (1000) FROM oauth_session WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;

DELETE TOP (1000) FROM oauth_consent WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;

DELETE TOP (1000) FROM oauth_client WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;

DELETE TOP (1000) FROM oauth_client_epoch WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;

DELETE TOP (1000) FROM oauth_replay WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;

DELETE TOP (1000) FROM oauth_counter WITH (ROWLOCK, READPAST)
 WHERE purge_at < datediff_big(ms, '1970-01-01', sysutcdatetime()) - 10000;
