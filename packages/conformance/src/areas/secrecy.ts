import type { Case } from '../case.ts';
import { newGrant, newToken } from '../fixtures/records.ts';

/** Contract 51: what is said when something goes wrong. */
export const secrecy: readonly Case[] = [
  {
    id: 'store-51-no-secrets-told',
    promise: 'No error text and no log line, at any level, holds a key, an attempt, an owner, a client or content.',
    async run(t) {
      const marks = { subject: 'owner-mark-51', clientId: 'client-mark-51', content: 'content-mark-51' };
      const data = JSON.stringify({ v: 1, content: marks.content });
      const grant = newGrant(t, { subject: marks.subject, clientId: marks.clientId, data, state: data });
      const token = newToken(t, grant.key, { subject: marks.subject, clientId: marks.clientId, data });
      const attempt = t.attempt();
      const nonce = t.key();
      await t.store.write({ attempt, add: [grant, token] });
      const said: string[] = [];
      const hear = async (call: () => Promise<unknown>): Promise<void> => {
        try {
          await call();
        } catch (error) {
          said.push(withCauses(error));
        }
      };
      const change = { kind: 'grant', key: grant.key, from: 1, state: data } as const;
      await hear(() => t.store.write({ attempt, add: [{ ...grant, data: '{}' }] }));
      await hear(() => t.store.write({ attempt, add: [{ ...token, data: '{}' }] }));
      await hear(() => t.store.write({ attempt, change: { ...change, from: 7 } }));
      await hear(() => t.store.write({ attempt, change: { ...change, state: `${data}\0` } }));
      await hear(() => t.store.write({ attempt, change: { ...change, state: data.repeat(5_000) } }));
      await hear(() => t.store.write({ attempt, add: [newGrant(t, { ...marks, subject: `${marks.subject}\ud800` })] }));
      await hear(() => t.store.write({ attempt, add: [newGrant(t, { clientId: marks.clientId.repeat(50) })] }));
      await hear(() => t.store.find('grant', `${grant.key}x` as typeof grant.key));
      await hear(() => t.store.list('grant', { subject: `${marks.subject}\0` }, { limit: 1 }));
      await hear(() => t.store.list('grant', { subject: marks.subject }, { limit: 1, after: `${marks.content}'` }));
      await hear(() => t.store.once(marks.content, nonce, t.now(), t.now() + 1, `${marks.content} `));
      await hear(() => t.store.revoke({ grants: [grant.key, `${token.key}x` as typeof token.key] }, t.now(), 'test'));
      for (const lossy of t.lossy()) {
        await lossy.arm('lost');
        await hear(() => lossy.store.write({ attempt, change, add: [newToken(t, grant.key, { data })] }));
      }
      const secrets = [grant.key, token.key, attempt, nonce, ...Object.values(marks)];
      for (const text of [...said, ...t.logged])
        for (const secret of secrets)
          t.holds(!text.includes(secret), 'an error or a log line tells nothing', text.slice(0, 200));
    },
  },
];

function withCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = JSON.stringify({ ...error });
  return `${error.name} ${error.message} ${own}${error.cause === undefined ? '' : ` ← ${withCauses(error.cause)}`}`;
}
