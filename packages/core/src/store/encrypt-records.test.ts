import { describe, expect, test, vi } from 'vitest';
import { silentLog } from '../runtime/log.ts';
import { createServerSecrets } from '../server/secrets.ts';
import type { Key } from './brands.ts';
import { encryptRecords } from './encrypt-records.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.test-support.ts';
import type { NewRegister, NewToken } from './records.ts';
import type { Store } from './store.ts';

const OLD = 'the secret of last year, of thirty-two bytes';
const NEW = 'the secret of this year, of thirty-two bytes';
const FACTS = '{"v":1,"username":"ann-from-accounting"}';
const key = (letter: string): Key => letter.repeat(43) as Key;

const token: NewToken = {
  kind: 'access_token',
  key: key('t'),
  grantId: null,
  clientId: 'app',
  subject: null,
  scope: ['read'],
  audience: [],
  issuedAt: 1,
  expiresAt: 2,
  purgeAt: 3,
  data: FACTS,
};

const register = (kind: NewRegister['kind'], letter: string): NewRegister => ({
  kind,
  key: key(letter),
  clientId: 'app',
  subject: 'ann',
  sessionId: null,
  createdAt: 1,
  expiresAt: 2,
  purgeAt: 3,
  data: FACTS,
  state: '{"v":1}',
});

function encrypting(store: Store, secrets: readonly string[], encrypts = true, log = silentLog): Store {
  return encryptRecords(store, { secrets: createServerSecrets(secrets), encrypts, log });
}

async function withToken(secrets: readonly string[] = [NEW]): Promise<MemoryStore> {
  const kept = createMemoryStore();
  await encrypting(kept, secrets).write({ attempt: 'a', add: [token] });
  return kept;
}

/** What lies in the back end under the token's key. */
const lying = (kept: MemoryStore): string => kept.tokens.get(token.key)?.data ?? '';

function altered(kept: MemoryStore, data: string, at: Key = token.key): MemoryStore {
  const tokens = new Map([...kept.tokens].map(([, one]) => [at, { ...one, key: at, data }]));
  return createMemoryStore({ tokens, registers: kept.registers });
}

describe('[AX-161] encryption at rest', () => {
  test('what access tokens and grants say is not there to be read, and comes back as it was', async () => {
    const kept = createMemoryStore();
    const store = encrypting(kept, [NEW]);
    await store.write({ attempt: 'a', add: [token, register('grant', 'g')] });
    const there = JSON.stringify([...kept.tokens.values(), ...kept.registers.values()]);
    expect(there).not.toContain('accounting');
    expect(await store.find('access_token', token.key)).toMatchObject(token);
    expect(await store.find('grant', key('g'))).toMatchObject(register('grant', 'g'));
    expect((await store.list('grant', { subject: 'ann' }, { limit: 9 })).items).toMatchObject([register('grant', 'g')]);
  });

  test('what is looked for by columns, and clients, consents, sessions and epochs, stay as they are', async () => {
    const kept = createMemoryStore();
    const kinds = ['client', 'consent', 'session', 'client_epoch'] as const;
    await encrypting(kept, [NEW]).write({ attempt: 'a', add: kinds.map((kind) => register(kind, kind[5] ?? '')) });
    for (const one of kept.registers.values()) expect(one.data).toBe(FACTS);
    expect([...(await withToken()).tokens.values()]).toMatchObject([{ clientId: 'app', scope: ['read'], purgeAt: 3 }]);
  });

  test('the same record gives the same text, so that a write can be repeated; another one gives another', async () => {
    const kept = await withToken();
    expect(await encrypting(kept, [NEW]).write({ attempt: 'a', add: [token] })).toBe('written');
    const other = createMemoryStore();
    await encrypting(other, [NEW]).write({ attempt: 'a', add: [{ ...token, key: key('u') }] });
    expect([...other.tokens.values()][0]?.data).not.toBe(lying(kept));
  });

  test('an old secret that is still listed opens what it encrypted; the first one encrypts', async () => {
    const kept = await withToken([OLD]);
    const store = encrypting(kept, [NEW, OLD]);
    expect(await store.find('access_token', token.key)).toMatchObject({ data: FACTS });
    await store.write({ attempt: 'b', add: [{ ...token, key: key('u') }] });
    expect(await encrypting(kept, [NEW]).find('access_token', key('u'))).toMatchObject({ data: FACTS });
  });

  test('turned off, what is encrypted is read and nothing more is encrypted; turned on, what was not is read', async () => {
    const kept = await withToken();
    const off = encrypting(kept, [NEW], false);
    expect(await off.find('access_token', token.key)).toMatchObject({ data: FACTS });
    await off.write({ attempt: 'b', add: [{ ...token, key: key('u') }] });
    expect(kept.tokens.get(key('u'))?.data).toBe(FACTS);
    expect(await encrypting(kept, [NEW]).find('access_token', key('u'))).toMatchObject({ data: FACTS });
  });

  test('under a secret that is gone nothing is opened, the operator is told once, and it can still be ended', async () => {
    const error = vi.fn();
    const kept = await withToken([OLD]);
    const store = encrypting(kept, [NEW], true, { ...silentLog, error });
    for (const _ of [1, 2]) expect((await store.find('access_token', token.key))?.data).not.toContain('accounting');
    expect(error).toHaveBeenCalledExactlyOnceWith(
      { kind: 'access_token' },
      expect.stringContaining('not in `secrets` any more'),
    );
    expect(await store.revoke({ token: token.key }, 1, 'test')).toBe(1);
  });

  test('a text with one letter altered, cut off or of another record is not opened', async () => {
    const kept = await withToken();
    const text = lying(kept);
    const opens = async (one: MemoryStore, at = token.key): Promise<boolean> =>
      (await encrypting(one, [NEW]).find('access_token', at))?.data === FACTS;
    expect(await opens(altered(kept, text))).toBe(true);
    // Of the last letter some bits say nothing.
    const last = text.length - 2;
    for (let at = 4; at < last; at++) {
      const letter = text[at] === 'A' ? 'B' : 'A';
      expect(await opens(altered(kept, `${text.slice(0, at)}${letter}${text.slice(at + 1)}`)), `letter ${at}`).toBe(
        false,
      );
    }
    for (const cut of ['"e1."', '"e1.AAAA"', '"', `${text.slice(0, 60)}"`])
      expect(await opens(altered(kept, cut)), cut).toBe(false);
    expect(await opens(altered(kept, text, key('u')), key('u'))).toBe(false);
  });

  test('what no store takes is refused before anything is sent, and so is what would be too long', async () => {
    const kept = createMemoryStore();
    const store = encrypting(kept, [NEW]);
    const long = (bytes: number): NewToken => ({ ...token, data: `"${'x'.repeat(bytes - 2)}"` });
    for (const wrong of [{ ...token, data: 'a\0b' }, long(49_200)])
      await expect(store.write({ attempt: 'a', add: [wrong] })).rejects.toMatchObject({ kind: 'invalid' });
    expect(kept.tokens.size).toBe(0);
    expect(await store.write({ attempt: 'a', add: [long(49_000)] })).toBe('written');
    expect(lying(kept).length).toBeLessThanOrEqual(65_536);
  });
});
