import { sign } from 'node:crypto';
import { JWT_BEARER } from '@gatehouse/core';
import type { Case } from '../case.ts';
import { type Answer, ISSUER, ROBOT, ROBOT_KEY, Site } from './site.ts';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What the client `robot` says of itself, not yet signed. */
function content(site: Site): string {
  const now = Math.floor(site.server.context.runtime.clock.now() / 1_000);
  const claims = { iss: ROBOT, sub: ROBOT, aud: ISSUER, exp: now + 120, jti: crypto.randomUUID() };
  return `${encoded({ alg: 'ES256' })}.${encoded(claims)}`;
}

/** Another signature each time, for the same content too. */
function signed(text: string): string {
  return `${text}.${sign('sha256', Buffer.from(text), { key: ROBOT_KEY, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const asGrant = (site: Site, assertion: string): Promise<Answer> =>
  site.token({ grant_type: JWT_BEARER, assertion }, null);

const asProof = (site: Site, client_assertion: string): Promise<Answer> =>
  site.token(
    {
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
    },
    null,
  );

const outcome = ({ status, body }: Answer): string => `${status} ${body['error'] ?? 'token'}`;

/** Assertions: each is used once, whoever gets it and whatever for. */
export const assertionFlows: readonly Case[] = [
  {
    id: 'flow-one-assertion-100-times',
    promise:
      'Of 100 parallel uses of one JWT, over two nodes, one gets a token; the others, and each later one with another signature for the same content, are `invalid_grant`.',
    proves: ['SEC-127'],
    async run(t) {
      const nodes = [new Site(t), new Site(t, await t.sibling())] as const;
      for (let round = 0; round < t.scaled(5, 1); round++) {
        const text = content(nodes[0]);
        const jwt = signed(text);
        const answers = await t.raceAll(
          Array.from({ length: 100 }, (_, index) => async (gate) => {
            await gate.pass();
            return asGrant(nodes[index % 2 === 0 ? 0 : 1], jwt);
          }),
        );
        const winners = answers.filter(({ status }) => status === 200);
        t.same(winners.length, 1, 'how many of 100 uses got a token');
        const others = new Set(answers.filter(({ status }) => status !== 200).map(outcome));
        t.same([...others], ['400 invalid_grant'], 'what the others were told');
        t.same(await nodes[1].isActive(t, String(winners[0]?.body['access_token']), true), true, 'the one token');
        for (const site of nodes)
          t.same(outcome(await asGrant(site, signed(text))), '400 invalid_grant', 'another signature for its content');
      }
    },
  },
  {
    id: 'flow-assertion-for-one-purpose',
    promise: 'A JWT that has proved its client is no grant any more, and the reverse, on another node too.',
    proves: ['SEC-127'],
    async run(t) {
      const [here, there] = [new Site(t), new Site(t, await t.sibling())];
      const proof = signed(content(here));
      t.same(outcome(await asProof(here, proof)), '200 token', 'a JWT as the proof of its client');
      t.same(outcome(await asGrant(there, proof)), '400 invalid_grant', 'the same as a grant');
      const grant = signed(content(here));
      t.same(outcome(await asGrant(here, grant)), '200 token', 'a JWT as a grant');
      t.same(outcome(await asProof(there, grant)), '401 invalid_client', 'the same as the proof of its client');
    },
  },
];
