/** Every kind of database; also the folder of its scripts under `sql/`. */
export type DialectName = 'postgresql' | 'mysql' | 'mssql' | 'oracle' | 'db2' | 'sqlite';
