import http from 'node:http';
import type { StartedServer } from '@gatehouse/testkit';
import { anOwner } from '../clients/owner.ts';
import { CALLBACK, CONFIDENTIAL } from '../clients/sample.ts';

const authorization = `Basic ${Buffer.from(`${CONFIDENTIAL.id}:${CONFIDENTIAL.secret}`).toString('base64')}`;
const TIMEOUT_MS = 15_000;

export interface Answer {
  /** 0: there was none. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The sample's client, which talks to whichever server it is told to. */
export class Client {
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #owner = anOwner();

  close(): void {
    this.#agent.destroy();
  }

  /** Null: no code was to be had. */
  async code(server: StartedServer): Promise<string | null> {
    const url = new URL(`${server.url}/api/oauth/authorize`);
    url.search = new URLSearchParams({
      client_id: CONFIDENTIAL.id,
      response_type: 'code',
      redirect_uri: CALLBACK,
    }).toString();
    return this.#owner.authorize(url).then(
      (at) => at.searchParams.get('code'),
      () => null,
    );
  }

  redeem(server: StartedServer, code: string): Promise<Answer> {
    return this.#post(server, 'token', { grant_type: 'authorization_code', code, redirect_uri: CALLBACK });
  }

  refresh(server: StartedServer, token: string): Promise<Answer> {
    return this.#post(server, 'token', { grant_type: 'refresh_token', refresh_token: token });
  }

  revoke(server: StartedServer, token: string): Promise<Answer> {
    return this.#post(server, 'revoke', { token });
  }

  /** Null: nobody said. */
  async isActive(server: StartedServer, token: string): Promise<boolean | null> {
    const { status, body } = await this.#post(server, 'introspect', { token });
    return status === 200 ? body['active'] === true : null;
  }

  #post(server: StartedServer, path: string, form: Record<string, string>): Promise<Answer> {
    return new Promise((resolve) => {
      const nothing = (): void => resolve({ status: 0, body: {} });
      const request = http.request(`${server.url}/api/oauth/${path}`, {
        method: 'POST',
        agent: this.#agent,
        timeout: TIMEOUT_MS,
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      });
      request.on('error', nothing).on('timeout', () => request.destroy());
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response
          .on('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(text) }))
          .on('error', nothing);
      });
      request.end(new URLSearchParams(form).toString());
    });
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
