import type { StatementText } from '../statement.ts';

/** `count_more` where one statement can add the counter, count and answer: on PostgreSQL and SQLite. */
export const COUNT_AT_ONCE: StatementText = {
  text: `
    INSERT INTO oauth_counter AS o (tenant_id, counter_hash, failures, window_end, purge_at)
    VALUES (:tenant_id, :counter_hash, 1, :window_end, :window_end)
        ON CONFLICT (tenant_id, counter_hash) DO UPDATE
       SET failures = CASE WHEN o.window_end > :at THEN o.failures + 1 ELSE 1 END,
           window_end = CASE WHEN o.window_end > :at THEN o.window_end ELSE :window_end END,
           purge_at = CASE WHEN o.window_end > :at THEN o.purge_at ELSE :window_end END
    RETURNING failures`,
  reads: false,
};
