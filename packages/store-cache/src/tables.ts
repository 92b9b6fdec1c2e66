import type { ClientId, Instant, Register, RegisterKind, Token } from '@gatehouse/core';
import { CounterTable } from './counters.ts';
import type { CacheLimits } from './limits.ts';
import { NonceTable } from './nonces.ts';
import type { RegisterRow } from './register-row.ts';
import { REGISTER_KINDS, RegisterTable } from './registers.ts';
import { type Eviction, type StoredToken, TokenTable } from './tokens.ts';

/** What a sweep counts by. */
export type TableName = 'access_token' | RegisterKind | 'nonce' | 'counter';

/** Everything of one namespace. */
export class Tables {
  readonly tokens: TokenTable;
  readonly registers: Readonly<Record<RegisterKind, RegisterTable>>;
  readonly nonces: NonceTable;
  readonly counters: CounterTable;

  constructor(limits: CacheLimits, evicted: (eviction: Eviction) => void) {
    const table = (kind: RegisterKind): RegisterTable => new RegisterTable(kind, limits.maxRegisters);
    this.tokens = new TokenTable(limits.maxElements, evicted);
    this.registers = {
      grant: table('grant'),
      session: table('session'),
      consent: table('consent'),
      client: table('client'),
      client_epoch: table('client_epoch'),
    };
    this.nonces = new NonceTable(limits.maxNonces, limits.maxNoncesPerSpace);
    this.counters = new CounterTable(limits.maxCounters);
  }

  /** What can remove one row that is past its time; each answers whether there was one. */
  get removers(): readonly (readonly [TableName, { removeDue(at: Instant): boolean }])[] {
    return [
      ['access_token', this.tokens],
      ...REGISTER_KINDS.map((kind) => [kind, this.registers[kind]] as const),
      ['nonce', this.nonces],
      ['counter', this.counters],
    ];
  }

  /** How often the tokens of a client were revoked: the version of its epoch register; 0 where there is none. */
  epochOf(clientId: ClientId | null): number {
    let epoch = 0;
    if (clientId === null) return epoch;
    for (const row of this.registers.client_epoch.by('client', clientId) ?? []) epoch = Math.max(epoch, row.version);
    return epoch;
  }

  /** A copy for a caller. */
  register(row: RegisterRow): Register {
    const { key, clientId, subject, sessionId, createdAt, expiresAt, purgeAt, data, state, version, attempt } = row;
    const revoked = this.#revocationOf(row);
    return {
      kind: row.kind,
      key,
      clientId,
      subject,
      sessionId,
      createdAt,
      expiresAt,
      purgeAt,
      data,
      state,
      version,
      attempt,
      revoked: revoked === null || revoked === 'client' ? revoked : { ...revoked },
    };
  }

  token({ token, revoked, epoch }: StoredToken, at: Instant): Token {
    return { ...token, revoked: revoked ? 'token' : this.#endOf(token.grantId, token.clientId, epoch, at) };
  }

  /** Revoked, or outlived by an epoch that was raised after it was added. */
  isRevoked(row: RegisterRow): boolean {
    return this.#revocationOf(row) !== null;
  }

  #revocationOf(row: RegisterRow): RegisterRow['revoked'] | 'client' {
    if (row.revoked !== null || row.kind !== 'grant') return row.revoked;
    return row.epoch < this.epochOf(row.clientId) ? 'client' : null;
  }

  #endOf(grantId: Token['grantId'], clientId: ClientId, epoch: number, at: Instant): Token['revoked'] {
    if (grantId === null) return epoch < this.epochOf(clientId) ? 'client' : null;
    const grant = this.registers.grant.find(grantId, at);
    if (grant === undefined) return 'orphan';
    const revocation = this.#revocationOf(grant);
    return revocation === null || revocation === 'client' ? revocation : 'grant';
  }
}
