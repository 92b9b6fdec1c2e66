import type { Texts } from './towards-derby.ts';

/** A function of the database that the shim's Derby is given: its clock. */
export const CLOCK_FUNCTION = `CREATE FUNCTION APP.EPOCH_MS() RETURNS BIGINT LANGUAGE JAVA PARAMETER STYLE JAVA NO SQL
  EXTERNAL NAME 'java.lang.System.currentTimeMillis'`;

const UTC = 'CURRENT TIMESTAMP - CURRENT TIMEZONE';

/**
 * What Db2 has and Derby has not. Nothing of a register's, a token's or the sweep's statements is among it: they run as
 * they are.
 */
export const DERBY_TEXTS: Texts = [
  // The clock, with and without its milliseconds.
  [
    exactly(`(BIGINT(DAYS(${UTC}) - 719163) * 86400 + MIDNIGHT_SECONDS(${UTC})) * 1000 + MICROSECOND(${UTC}) / 1000`),
    'APP.EPOCH_MS()',
  ],
  [exactly(`(BIGINT(DAYS(${UTC}) - 719163) * 86400 + MIDNIGHT_SECONDS(${UTC})) * 1000`), 'APP.EPOCH_MS()'],
  [/ INLINE LENGTH \d+/g, ''],
  // Derby has one limit for all connections, from its properties: to set it is a write, which two cannot do at once.
  [/^SET CURRENT LOCK TIMEOUT \d+$/, 'CALL SYSCS_UTIL.SYSCS_SET_RUNTIMESTATISTICS(0)'],
  [
    /^SELECT SERVICE_LEVEL AS value FROM SYSIBMADM\.ENV_INST_INFO$/,
    // Not as a constant: that would be a CHAR, which the driver takes from Derby as none it knows.
    "SELECT CAST('Derby in place of DB2 v11.5.0.0' AS VARCHAR(64)) AS value FROM SYSIBM.SYSDUMMY1",
  ],
  [
    /^SELECT INDNAME AS name FROM SYSCAT\.INDEXES/,
    'SELECT name FROM (SELECT CONGLOMERATENAME AS name, TABLENAME AS tabname, SCHEMANAME AS tabschema FROM SYS.SYSCONGLOMERATES c JOIN SYS.SYSTABLES t ON t.TABLEID = c.TABLEID JOIN SYS.SYSSCHEMAS s ON s.SCHEMAID = t.SCHEMAID WHERE c.ISINDEX) i',
  ],
  [
    // Derby lists no columns of a key; those of ours come first in their tables.
    /^\s*SELECT i\.tabname AS table_name, i\.indname AS key_name.* AND i\.tabschema = (\S.*\S)\s*$/s,
    `SELECT table_name, key_name, column_name FROM (
     SELECT t.TABLENAME, CAST(k.CONSTRAINTID AS VARCHAR(36)), c.COLUMNNAME, k.SCHEMAID
       FROM SYS.SYSCONSTRAINTS k JOIN SYS.SYSTABLES t ON t.TABLEID = k.TABLEID JOIN SYS.SYSCOLUMNS c ON c.REFERENCEID = t.TABLEID
      WHERE k.TYPE = 'P'
        AND c.COLUMNNUMBER <= CASE WHEN t.TABLENAME IN ('OAUTH_LEASE', 'OAUTH_SCHEMA') THEN 1 ELSE 2 END
      UNION ALL
     SELECT t.TABLENAME, CAST(g.CONGLOMERATEID AS VARCHAR(36)), c.COLUMNNAME, g.SCHEMAID
       FROM SYS.SYSCONGLOMERATES g JOIN SYS.SYSTABLES t ON t.TABLEID = g.TABLEID JOIN SYS.SYSCOLUMNS c ON c.REFERENCEID = t.TABLEID
      WHERE g.CONGLOMERATENAME = 'OAUTH_CLIENT_EPOCH_KEY' AND c.COLUMNNAME IN ('TENANT_ID', 'EPOCH_KEY')
     ) x (table_name, key_name, column_name, schema_id) JOIN SYS.SYSSCHEMAS s ON s.SCHEMAID = schema_id
      WHERE s.SCHEMANAME = $1`,
  ],
  [
    /SYSCAT\.TABLES/g,
    '(SELECT SCHEMANAME AS tabschema, TABLENAME AS tabname FROM SYS.SYSTABLES t JOIN SYS.SYSSCHEMAS s ON s.SCHEMAID = t.SCHEMAID) t',
  ],
];

/** Whatever the line breaks. */
function exactly(text: string): RegExp {
  return new RegExp(text.replace(/[()*+]/g, '\\$&').replace(/ /g, '\\s+'), 'g');
}
