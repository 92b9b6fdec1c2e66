import http from 'node:http';
import type { BackendName } from './backends.ts';
import type { RunningServer } from './database-server.ts';

/** Where the processes of a run ask for its servers, see `run-servers.ts`. */
export const VARIABLE = 'GATEHOUSE_TEST_SERVERS';

export type Answer = Pick<RunningServer, 'what' | 'origin' | 'adminUrl'> | { readonly error: string };

/**
 * @returns null outside of such a run
 * @throws Error with the reason why it cannot be had
 */
export async function serverOfRun(name: BackendName): Promise<RunningServer | null> {
  const address = process.env[VARIABLE];
  if (address === undefined) return null;
  const answer = JSON.parse(await get(new URL(name, address))) as Answer;
  if ('error' in answer) throw new Error(answer.error);
  return { ...answer, close: async () => undefined };
}

/** A container that has to be pulled first takes longer than `fetch` would wait. */
function get(url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve(body));
    });
    request.on('error', reject);
  });
}
