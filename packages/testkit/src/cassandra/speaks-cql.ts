import { connect } from 'node:net';

const WITHIN_MS = 2_000;
/** Version 4 of the protocol, asking for what a node supports: the one question before any greeting. */
const OPTIONS = Buffer.of(0x04, 0, 0, 0, 0x05, 0, 0, 0, 0);
const SUPPORTED = 0x06;

/**
 * Asks a node whether it takes statements. That its port is open says nothing where an engine of containers listens.
 * @throws Error where it does not
 */
export function speaksCql(port: number, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const fail = (): void => {
      socket.destroy();
      reject(new Error(`Nobody speaks CQL at ${host}:${port} yet.`));
    };
    socket
      .setTimeout(WITHIN_MS, fail)
      .once('error', fail)
      .once('close', fail)
      .once('connect', () => socket.write(OPTIONS))
      .once('data', (answer) => {
        if (answer[4] !== SUPPORTED) return fail();
        socket.destroy();
        resolve();
      });
  });
}
