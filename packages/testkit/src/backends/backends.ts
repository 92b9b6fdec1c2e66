import { DB2 } from './db2.ts';
import { MSSQL, ORACLE } from './large-products.ts';
import { MARIADB, MYSQL } from './mysql.ts';
import { POSTGRESQL } from './postgresql.ts';
import type { Product } from './product.ts';

export interface Backend {
  readonly product: Product;
  /** What its version must begin with. */
  readonly version: string;
  /** The official image. */
  readonly image: string;
}

/** Of `REQUIRE_BACKENDS`; in capitals of `TEST_<NAME>_URL` and `TEST_IMAGE_<NAME>`. */
export type BackendName =
  | 'postgresql15'
  | 'postgresql18'
  | 'mysql9'
  | 'mariadb10'
  | 'mariadb11'
  | 'mssql'
  | 'oracle'
  | 'db2';

/** Every server that the tests of relational stores run on: the oldest and the newest version of each, where both can be had. */
export const BACKENDS: Readonly<Record<BackendName, Backend>> = {
  postgresql15: { product: POSTGRESQL, version: '15', image: 'postgres:15' },
  postgresql18: { product: POSTGRESQL, version: '18', image: 'postgres:18' },
  mysql9: { product: MYSQL, version: '9.7', image: 'mysql:9.7' },
  mariadb10: { product: MARIADB, version: '10.11', image: 'mariadb:10.11' },
  mariadb11: { product: MARIADB, version: '11.8', image: 'mariadb:11.8' },
  mssql: { product: MSSQL, version: '2022', image: 'mcr.microsoft.com/mssql/server:2022-latest' },
  oracle: { product: ORACLE, version: '23', image: 'gvenzl/oracle-free:23-slim-faststart' },
  db2: { product: DB2, version: '12.1', image: 'icr.io/db2_community/db2:12.1.1.0' },
};
