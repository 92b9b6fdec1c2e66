import { NEVER } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { aGrant, aKey, aToken, START } from './fixtures.test-support.ts';
import { TokenTable } from './tokens.ts';

const table = (): TokenTable => new TokenTable(1_000, () => undefined);
const stored = (token: ReturnType<typeof aToken>) => ({ token, revoked: false, epoch: 0 });

describe('tokens in columns', () => {
  it('come back as they went in, whatever they have in common', () => {
    const grant = aGrant();
    const tokens = [
      aToken(),
      aToken({ data: '{"v":1,"other":true}' }),
      aToken({ scope: [], audience: ['https://a.example', ''] }),
      aToken({ scope: ['a b'] }),
      aToken({ scope: ['a', 'b'] }),
      aToken({ grantId: grant.key, subject: 'owner' }),
      aToken({ grantId: grant.key, subject: 'somebody else' }),
      aToken({ grantId: grant.key }),
      aToken({ grantId: aKey(), subject: 'owner' }),
      aToken({ subject: 'owner' }),
      aToken({ expiresAt: START + 1, purgeAt: START + 1 }),
      aToken({ issuedAt: 0, expiresAt: NEVER, purgeAt: NEVER }),
      aToken({ issuedAt: START + 123, expiresAt: START + 456, purgeAt: NEVER }),
    ];
    const columns = table();
    for (const token of tokens) columns.put(stored(token), token.grantId === grant.key ? { ...grant } : undefined);
    for (const token of tokens) expect(columns.find(token.key, START)).toEqual(stored(token));
    expect([...columns.values()].map(({ token }) => token.key).sort()).toEqual(tokens.map(({ key }) => key).sort());
  });

  it('keep what they have in common once, and no longer than one of them is there', () => {
    const columns = table();
    const tokens = Array.from({ length: 20 }, (_, index) => aToken({ clientId: `client-${index % 2}` }));
    for (const token of tokens) columns.put(stored(token), undefined);
    expect([columns.size, columns.kinds]).toEqual([20, 2]);
    while (columns.removeDue(START + 11 * 60_000));
    expect([columns.size, columns.kinds]).toEqual([0, 0]);
  });

  it('are read while others come and go: who is there all the time is met exactly once', () => {
    const columns = table();
    const staying = Array.from({ length: 200 }, () => aToken({ purgeAt: NEVER }));
    const leaving = Array.from({ length: 200 }, () => aToken());
    for (const [index, token] of staying.entries()) {
      columns.put(stored(token), undefined);
      columns.put(stored(leaving[index] as never), undefined);
    }
    const met: string[] = [];
    for (const { token } of columns.values()) {
      met.push(token.key);
      columns.removeDue(NEVER - 1);
      columns.put(stored(aToken()), undefined);
      columns.find((staying[met.length % 200] as never as { key: never }).key, START);
    }
    const keys = new Set<string>(staying.map(({ key }) => key));
    expect(met.filter((key) => keys.has(key)).sort()).toEqual([...keys].sort());
  });
});
