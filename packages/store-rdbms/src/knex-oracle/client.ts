import { createRequire } from 'node:module';
import type { Connection, ConnectionAttributes } from 'oracledb';

export interface KnexClient {
  readonly driver: unknown;
  connectionSettings: unknown;
}

const knex = createRequire(import.meta.url)('knex') as { readonly Client: new (config: unknown) => KnexClient };

interface OracleDriver {
  getConnection(attributes: ConnectionAttributes): Promise<Connection>;
}

/**
 * A pool of plain connections. knex's own client for Oracle hands the driver four of its settings and no wallet, and
 * loses what a statement changed.
 */
export class OracleClient extends knex.Client {
  acquireRawConnection(): Promise<Connection> {
    return (this.driver as OracleDriver).getConnection(this.connectionSettings as ConnectionAttributes);
  }

  async destroyRawConnection(connection: Connection): Promise<void> {
    // What does not end in good order is cut off by the driver at its own time limit.
    await connection.close().catch(() => undefined);
  }

  validateConnection(connection: Connection): boolean {
    return connection.isHealthy();
  }
}

// Asked for on the prototype: with them there the base class makes the pool.
Object.assign(OracleClient.prototype, { dialect: 'oracle', driverName: 'oracledb' });
