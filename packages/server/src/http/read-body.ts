import type { IncomingMessage } from 'node:http';

const NOTHING = Buffer.alloc(0);

/**
 * A body, read to its end before anybody looks at the request.
 * @returns `too-large` as soon as it is known to be, `aborted` when the client went away
 */
export function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer | 'too-large' | 'aborted'> {
  const announced = incoming.headers['content-length'];
  if (announced !== undefined && Number(announced) > limit) return Promise.resolve('too-large');
  if (announced === '0') return Promise.resolve(NOTHING);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        incoming.pause().removeListener('data', take);
        resolve('too-large');
      }
    };
    incoming.on('data', take);
    incoming.on('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? NOTHING) : Buffer.concat(chunks, size)));
    incoming.on('error', () => resolve('aborted'));
    incoming.on('close', () => resolve('aborted'));
  });
}
