import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { ConnectionSettings } from '../connection/settings.ts';

/**
 * Waits until a server has said anything to a greeting of TLS. The driver waits for that without a limit, and with it a
 * thread of the process that not even the end of the process gets back. Whatever the server says, the driver hears it
 * again and judges: nothing is verified here, and nothing sent.
 * @throws Error where it says nothing for as long as a connection may take
 */
export function heardFrom({ host, port, protection, timeouts }: ConnectionSettings): Promise<void> {
  if (protection === 'plaintext' || host === null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: port ?? 0,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const silent = setTimeout(() => {
      socket.destroy();
      const seconds = timeouts.connectMs / 1000;
      reject(new Error(`It took the connection and said nothing for ${seconds} s: does it take encrypted ones there?`));
    }, timeouts.connectMs);
    const heard = (): void => {
      clearTimeout(silent);
      socket.destroy();
      resolve();
    };
    socket.on('secureConnect', heard).on('error', heard).on('close', heard);
  });
}
