import type { Case } from '../case.ts';
import { settableClock } from '../needs.ts';
import type { Trial } from '../trial.ts';
import { Browser } from './browser.ts';
import { Site } from './site.ts';

/** A family: its first refresh and access token. */
export async function family(site: Site): Promise<{ readonly refresh: string; readonly access: string }> {
  const { body } = await site.redeem(await new Browser(site).code());
  return { refresh: String(body['refresh_token']), access: String(body['access_token']) };
}

async function isDead(t: Trial, site: Site, access: string, what: string): Promise<void> {
  t.same(await site.isActive(t, access, false), false, what);
}

/** Refresh tokens: rotation, its lossless retry, and what a thief meets. */
export const refreshFlows: readonly Case[] = [
  {
    id: 'flow-one-refresh-50-times',
    promise: 'Of 50 parallel refreshes of one token, over two nodes, all get one and the same answer: one rotation.',
    proves: ['SEC-1'],
    async run(t) {
      const nodes = [new Site(t), new Site(t, await t.sibling())];
      for (let round = 0; round < t.scaled(5, 1); round++) {
        const { refresh } = await family(nodes[0] as Site);
        const answers = await t.raceAll(
          Array.from({ length: 50 }, (_, index) => async (gate) => {
            await gate.pass();
            return (nodes[index % 2] as Site).refresh(refresh);
          }),
        );
        t.same(answers.filter(({ status }) => status === 200).length, 50, 'how many of 50 refreshes were answered');
        t.same(new Set(answers.map(({ body }) => body['access_token'])).size, 1, 'different access tokens');
        t.same(new Set(answers.map(({ body }) => body['refresh_token'])).size, 1, 'different refresh tokens');
        const next = String(answers[0]?.body['refresh_token']);
        t.same((await (nodes[1] as Site).refresh(next)).status, 200, 'the next refresh');
      }
    },
  },
  {
    id: 'flow-lost-answer',
    promise:
      'A client whose answer was lost, or another node with the old token, asks again inside the grace and gets the same answer; the family lives.',
    proves: ['SEC-109'],
    async run(t) {
      const site = new Site(t);
      const elsewhere = new Site(t, await t.sibling());
      const { refresh } = await family(site);
      const lost = await site.refresh(refresh);
      t.same(await site.refresh(refresh), lost, 'the same request again');
      t.same(await elsewhere.refresh(refresh), lost, 'the same request, elsewhere');
      const other = await site.refresh(refresh, { scope: 'read' });
      t.same([other.status, other.body['error']], [400, 'invalid_grant'], 'another request with the old token');
      t.same(await site.isActive(t, String(lost.body['access_token']), true), true, 'the access token of the answer');
      t.same((await elsewhere.refresh(String(lost.body['refresh_token']))).status, 200, 'the refresh token of it');
    },
  },
  {
    id: 'flow-after-the-grace',
    promise: 'The old token after the grace is theft: the family ends, its newest tokens too.',
    needs: [settableClock],
    async run(t) {
      const site = new Site(t);
      const { refresh, access } = await family(site);
      const next = await site.refresh(refresh);
      await t.pass(site.server.context.settings.refresh.graceSeconds * 1_000 + 4 * t.capabilities.clockTolerance + 1);
      const reused = await site.refresh(refresh);
      t.same([reused.status, reused.body['error']], [400, 'invalid_grant'], 'the old token after the grace');
      await isDead(t, site, access, 'the first access token');
      await isDead(t, site, String(next.body['access_token']), 'the access token of the successor');
      t.same((await site.refresh(String(next.body['refresh_token']))).status, 400, 'the newest refresh token');
    },
  },
  {
    id: 'flow-old-generations',
    promise:
      'After 500 refreshes the family is one grant, and the second generation, brought back, is recognised and ends it.',
    async run(t) {
      const site = new Site(t);
      const generations = t.scaled(500, 10);
      for (const stolen of [1, 2, generations - 1]) {
        const first = await family(site);
        const handles = [first.refresh];
        let access = first.access;
        while (handles.length <= generations) {
          const { status, body } = await site.refresh(handles.at(-1) ?? '');
          if (!t.same(status, 200, `refresh ${handles.length}`)) return;
          handles.push(String(body['refresh_token']));
          access = String(body['access_token']);
        }
        const grants = await t.store.list('grant', { subject: 'owner-ann' }, { limit: 1_000 });
        const live = grants.items.filter(({ revoked }) => revoked === null);
        t.same(live.length, 1, 'live grants of the owner');
        t.same((await site.refresh(handles[stolen - 1] ?? '')).status, 400, `generation ${stolen}, brought back`);
        t.same((await site.refresh(handles.at(-1) ?? '')).status, 400, 'the newest generation after that');
        await isDead(t, site, access, 'the newest access token after that');
      }
    },
  },
  {
    id: 'flow-refresh-and-revoke',
    promise: 'A refresh that races with the revocation of its family leaves no token of it alive.',
    proves: ['SEC-110'],
    async run(t) {
      const nodes = [new Site(t), new Site(t, await t.sibling())] as const;
      for (let round = 0; round < t.scaled(200, 5); round++) {
        const { refresh, access } = await family(nodes[0]);
        const [refreshed] = await t.raceAll([
          async (gate) => {
            await gate.pass();
            return nodes[0].refresh(refresh);
          },
          async (gate) => {
            await gate.pass();
            for (let turn = 0; turn < round % 20; turn++) await Promise.resolve();
            return nodes[1].revoke(refresh);
          },
        ]);
        await isDead(t, nodes[1], access, 'the first access token');
        if (refreshed?.status !== 200) continue;
        await isDead(t, nodes[1], String(refreshed.body['access_token']), 'the access token of the racing refresh');
        const next = await nodes[0].refresh(String(refreshed.body['refresh_token']));
        t.same(next.status, 400, 'the refresh token of the racing refresh');
      }
    },
  },
];
