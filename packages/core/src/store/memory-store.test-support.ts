import type { Key } from './brands.ts';
import { Atomicity } from './capabilities.ts';
import type { Found, Kind, NewRegister, NewToken, Register, RegisterKind, Token } from './records.ts';
import type { Addition, Store, Write, Written } from './store.ts';
import { StoreError } from './store-error.ts';

type StoredToken = NewToken & { revokedBy: boolean; epoch: number };
type StoredRegister = NewRegister & {
  version: number;
  attempt: string;
  ended: { at: number; reason: string } | null;
  epoch: number;
};

/** The contract in its shortest honest form, for core's own tests; the suite's reference store is proved elsewhere. */
export interface MemoryStore extends Store {
  readonly tokens: ReadonlyMap<Key, StoredToken>;
  readonly registers: ReadonlyMap<string, StoredRegister>;
  /** Every call, in order: what a budget test counts. */
  readonly calls: string[];
  /** A store that goes on from here on its own. */
  fork(): MemoryStore;
}

const sameAddition = (a: Addition, b: StoredToken | StoredRegister): boolean =>
  Object.entries(a).every(([name, value]) => JSON.stringify(value) === JSON.stringify(Reflect.get(b, name)));

export function createMemoryStore(from?: Pick<MemoryStore, 'tokens' | 'registers'>): MemoryStore {
  const copy = <K, V extends object>(map: ReadonlyMap<K, V> = new Map()): Map<K, V> =>
    new Map([...map].map(([key, value]) => [key, { ...value }]));
  const tokens = copy<Key, StoredToken>(from?.tokens);
  const registers = copy<string, StoredRegister>(from?.registers);
  const nonces = new Map<string, { until: number; attempt: string }>();
  const counters = new Map<string, number[]>();
  const calls: string[] = [];
  const id = (kind: string, key: Key): string => `${kind}:${key}`;

  const epochOf = (clientId: string | null): number =>
    [...registers.values()].find((r) => r.kind === 'client_epoch' && r.clientId === clientId)?.version ?? 0;

  const showRegister = ({ ended, epoch, ...register }: StoredRegister): Register => ({
    ...register,
    revoked: ended ?? (register.kind === 'grant' && epoch < epochOf(register.clientId) ? 'client' : null),
  });
  const showToken = ({ revokedBy, epoch, ...token }: StoredToken): Token => {
    const grant = token.grantId === null ? null : registers.get(id('grant', token.grantId));
    if (revokedBy) return { ...token, revoked: 'token' };
    if (grant === undefined) return { ...token, revoked: 'orphan' };
    if (grant === null) return { ...token, revoked: epoch < epochOf(token.clientId) ? 'client' : null };
    const state = showRegister(grant).revoked;
    return { ...token, revoked: state === null ? null : state === 'client' ? 'client' : 'grant' };
  };
  const existing = (a: Addition): StoredToken | StoredRegister | undefined =>
    a.kind === 'access_token' ? tokens.get(a.key) : registers.get(id(a.kind, a.key));
  const insert = (a: Addition, attempt: string): void => {
    const epoch = epochOf(a.clientId);
    if (a.kind === 'access_token') tokens.set(a.key, { ...a, revokedBy: false, epoch });
    else registers.set(id(a.kind, a.key), { ...a, version: 1, attempt, ended: null, epoch });
  };

  const write = ({ attempt, change, add = [] }: Write): Written => {
    const register = change && registers.get(id(change.kind, change.key));
    if (change && register?.attempt === attempt) return 'written';
    if (change && (!register || register.version !== change.from || showRegister(register).revoked !== null))
      return 'outdated';
    const there = add.filter((a) => existing(a) !== undefined);
    if (there.length > 0) {
      if (!change && add.every((a) => sameAddition(a, existing(a) ?? ({} as StoredToken)))) return 'written';
      throw new StoreError('conflict', 'A record to add is there already.');
    }
    for (const a of add) insert(a, attempt);
    if (change && register) {
      const lower = change.state === null;
      const later = (was: number, now: number | undefined): number =>
        now === undefined ? was : lower ? now : Math.max(was, now);
      registers.set(id(change.kind, change.key), {
        ...register,
        state: change.state,
        expiresAt: later(register.expiresAt, change.expiresAt),
        purgeAt: later(register.purgeAt, change.purgeAt),
        version: register.version + 1,
        attempt,
      });
    }
    return 'written';
  };

  return {
    name: 'memory',
    tokens,
    registers,
    calls,
    fork: () => createMemoryStore({ tokens, registers }),
    capabilities: {
      change: Atomicity.process,
      additions: 'atomic',
      visibility: { registers: 'process', tokens: 'process', boundMs: 0 },
      expiry: 'sweep',
      expiryStep: 1,
      retention: 'until-expiry',
      durable: false,
      listing: 'exact',
      clockTolerance: 0,
    },
    async write(w) {
      calls.push(`write ${w.change ? `change:${w.change.kind}` : ''} ${(w.add ?? []).map((a) => a.kind).join(',')}`);
      return write(w);
    },
    async find<K extends Kind>(kind: K, key: Key) {
      calls.push(`find ${kind}`);
      const token = kind === 'access_token' ? tokens.get(key) : undefined;
      const register = kind === 'access_token' ? undefined : registers.get(id(kind, key));
      const found = token ? showToken(token) : register ? showRegister(register) : undefined;
      return found as Found<K> | undefined;
    },
    async revoke(what, at, reason) {
      calls.push('token' in what ? 'revoke token' : `revoke grants:${what.grants.length}`);
      if ('token' in what) {
        const token = tokens.get(what.token);
        if (!token || token.revokedBy) return 0;
        token.revokedBy = true;
        return 1;
      }
      let count = 0;
      for (const key of what.grants) {
        const grant = registers.get(id('grant', key));
        if (!grant || grant.ended) continue;
        grant.ended = { at, reason };
        grant.version++;
        count++;
      }
      return count;
    },
    async list(kind: RegisterKind, by, page) {
      calls.push(`list ${kind}`);
      const items = [...registers.values()]
        .filter((r) => r.kind === kind)
        .filter((r) => by.subject === undefined || r.subject === by.subject)
        .filter((r) => by.client === undefined || r.clientId === by.client)
        .filter((r) => by.session === undefined || r.sessionId === by.session)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .filter((r) => !page.after || r.key > page.after);
      const shown = items.slice(0, page.limit).map(showRegister);
      return { items: shown, next: items.length > page.limit ? (shown.at(-1)?.key ?? null) : null };
    },
    async once(space, nonce, at, until, attempt) {
      calls.push('once');
      const name = JSON.stringify([space, nonce]);
      const known = nonces.get(name);
      if (known && at < known.until) return known.attempt === attempt;
      nonces.set(name, { until, attempt });
      return true;
    },
    async count(counter, key, at, window, add) {
      calls.push(`count ${counter}`);
      const name = `${counter}:${key}`;
      const live = (counters.get(name) ?? []).filter((t) => t > at - window);
      if (add) live.push(at);
      counters.set(name, live);
      return live.length;
    },
    async clear(counter, key) {
      calls.push(`clear ${counter}`);
      counters.delete(`${counter}:${key}`);
    },
    async open() {},
    async ping() {},
    async sweep({ at }) {
      let removed = 0;
      for (const [key, token] of tokens) if (token.purgeAt <= at) removed += tokens.delete(key) ? 1 : 0;
      for (const [key, r] of registers) if (r.purgeAt <= at) removed += registers.delete(key) ? 1 : 0;
      return { removed: { all: removed }, complete: true, errors: {} };
    },
    async close() {},
  };
}
