import type { Server } from 'node:http';

/** Listens where the one who started this process looks. */
export function listen(server: Server): void {
  server.listen(Number(process.env['PORT']), '127.0.0.1');
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
  });
}
