// Databases whose servers come as large images only, and whose drivers this kit does without: a test gets the database
// of the URL and keeps to a namespace of its own.
import type { Product } from './product.ts';

export const MSSQL: Product = {
  name: 'SQL Server',
  scheme: 'mssql',
  user: 'sa',
  database: 'master',
  large: true,
  container: (password) => ({ port: 1433, environment: { ACCEPT_EULA: 'Y', MSSQL_SA_PASSWORD: password } }),
  readyLine: /SQL Server is now ready for client connections/,
};

export const ORACLE: Product = {
  name: 'Oracle Database',
  scheme: 'oracle',
  user: 'gatehouse',
  database: 'FREEPDB1',
  large: true,
  container: (password) => ({
    port: 1521,
    environment: { ORACLE_PASSWORD: password, APP_USER: 'gatehouse', APP_USER_PASSWORD: password },
  }),
  readyLine: /DATABASE IS READY TO USE/,
};
