import type { DialectName } from './names.ts';

/**
 * A text that answers a row for each column of each key that lets no two rows be equal: `table_name`, `key_name`,
 * `column_name`, of the schema that our tables are in. What holds for some rows alone, or only later, is no such key.
 */
export const UNIQUE_KEYS: Readonly<Record<DialectName, (schema: string | undefined) => string>> = {
  postgresql: (schema) => `
    SELECT t.relname AS table_name, i.relname AS key_name, a.attname AS column_name
      FROM pg_index x
      JOIN pg_class t ON t.oid = x.indrelid
      JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_attribute a ON a.attrelid = x.indexrelid AND a.attnum <= x.indnkeyatts
      JOIN pg_class s ON s.relnamespace = t.relnamespace
     WHERE x.indisunique AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL
       AND s.oid = to_regclass('${schema === undefined ? '' : `"${schema}".`}oauth_schema')`,
  // A prefix of a column is no column: its key would be another.
  mysql: () => `
    SELECT table_name AS table_name, index_name AS key_name, column_name AS column_name
      FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND non_unique = 0 AND sub_part IS NULL`,
  mssql: (schema) => `
    SELECT t.name AS table_name, i.name AS key_name, c.name AS column_name
      FROM sys.indexes i
      JOIN sys.tables t ON t.object_id = i.object_id
      JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.is_included_column = 0
      JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
     WHERE i.is_unique = 1 AND i.is_disabled = 0 AND i.has_filter = 0
       AND t.schema_id = SCHEMA_ID(${schema === undefined ? '' : `N'${schema}'`})`,
  oracle: (schema) => `
    SELECT i.table_name, i.index_name AS key_name, c.column_name
      FROM all_indexes i
      JOIN all_ind_columns c ON c.index_owner = i.owner AND c.index_name = i.index_name
     WHERE i.uniqueness = 'UNIQUE' AND i.status = 'VALID'
       AND i.table_owner = ${schema === undefined ? "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')" : `'${schema.toUpperCase()}'`}`,
  db2: (schema) => `
    SELECT i.tabname AS table_name, i.indname AS key_name, c.colname AS column_name
      FROM SYSCAT.INDEXES i
      JOIN SYSCAT.INDEXCOLUSE c ON c.indschema = i.indschema AND c.indname = i.indname AND c.colorder <> 'I'
     WHERE i.uniquerule IN ('P', 'U')
       AND i.tabschema = ${schema === undefined ? 'CURRENT SCHEMA' : `'${schema.toUpperCase()}'`}`,
  // The key that is the number of the row has no index.
  sqlite: () => `
    SELECT m.name AS table_name, l.name AS key_name, c.name AS column_name
      FROM sqlite_master m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) c
     WHERE m.type = 'table' AND l."unique" = 1 AND l.partial = 0
     UNION ALL
    SELECT m.name, 'rowid', c.name
      FROM sqlite_master m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND c.pk > 0`,
};
