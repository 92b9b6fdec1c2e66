import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Addition,
  Atomicity,
  type Change,
  type Clock,
  checkRevoke,
  type Found,
  type Key,
  type Kind,
  type Revocation,
  type Store,
  type StoreCapabilities,
  StoreError,
  type Token,
  type TokenOf,
  type Write,
  type Written,
} from '@gatehouse/core';
import type { StoreTarget } from '../harness.ts';
import type { Fault, Opening, Statement } from '../ports.ts';
import { REFERENCE_CAPABILITIES, ReferenceStore } from './reference-store.ts';
import { nameOf, ReferenceMemory, type Row, type TokenRow } from './tables.ts';

/** The reference store behind a wire that can be cut, locked, filled up and read along: it runs the cases of the ports. */

const SQL: StoreCapabilities = {
  ...REFERENCE_CAPABILITIES,
  change: Atomicity.cluster,
  visibility: { registers: 'cluster', tokens: 'cluster', boundMs: 0 },
  durable: true,
  clockTolerance: 2_000,
};

const ORDERED: StoreCapabilities = {
  ...SQL,
  additions: 'ordered',
  visibility: { registers: 'cluster', tokens: 'eventual', boundMs: 60 },
  listing: 'bucketed',
};

/** Milliseconds after which a token is seen by others, where tokens are eventual. */
const LAG = 20;
/** Within what every call is answered: a multiple of what any takes, for a machine that is busy with other things. */
const DEADLINE = 20_000;
/** Milliseconds that a server hangs before a call gives it up. */
const HANGS = 200;
/** How often, and after how many milliseconds each time, a call asks for its lock before it goes. */
const ASKS = 40;
const PAUSE = 10;
const POINTS = ['before the statement', 'during the statement', 'after the statement'];

export interface Failing {
  readonly kind: 'lost' | 'applied' | 'late' | 'transient';
  readonly onLate?: (apply: () => Promise<unknown>) => void;
}

/** What stands at the other end of the wire. */
export class Backend {
  readonly memory = new ReferenceMemory();
  readonly locks = new Map<string, Promise<void>>();
  readonly clocks = new Map<string, Clock>();
  readonly seenAt = new Map<string, { readonly at: number; readonly before: Row | undefined }>();
  /** Of tokens that need not be seen yet. */
  readonly ends = new Set<string>();
  schema: 'none' | 'migrating' | 'there' = 'there';
  readonly refusal: string | null;
  up = true;
  hangs = false;

  constructor(refusal: string | null = null) {
    this.refusal = refusal;
  }

  /** One after the other, in the order of their coming; whoever waits too long is sent away. */
  async locked<T>(name: string, action: () => Promise<T>): Promise<T> {
    const before = this.locks.get(name) ?? Promise.resolve();
    let release: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.locks.set(
      name,
      Promise.all([before, mine]).then(() => undefined),
    );
    try {
      if (!(await granted(before))) throw new StoreError('unavailable', 'A lock was not granted in time.');
      return await action();
    } finally {
      release();
    }
  }
}

/**
 * False after {@link ASKS} pauses. They are counted, since time is no measure here: a machine that stands still for a
 * while uses up one pause of whoever waits, as it does of whoever is about to release the lock.
 */
async function granted(before: Promise<void>): Promise<boolean> {
  const free = before.then(() => true);
  for (let asked = 0; asked < ASKS; asked++) if (await Promise.race([free, sleep(PAUSE, false)])) return true;
  return false;
}

export class NetworkedStore extends ReferenceStore {
  override readonly name = 'networked reference';
  readonly statements: Statement[] = [];
  failing: Failing | null = null;
  dead = false;
  protected readonly backend: Backend;
  protected readonly opening: Opening;

  constructor(backend: Backend, opening: Opening, capabilities: StoreCapabilities) {
    super(backend.memory, opening.namespace, capabilities);
    this.backend = backend;
    this.opening = opening;
  }

  override async open(): Promise<void> {
    await this.reach('select schema', 1);
    this.checkBackend();
    this.checkClock();
    await this.migrate();
  }

  protected checkBackend(): void {
    if (this.backend.refusal) throw new StoreError('config', this.backend.refusal);
  }

  protected checkClock(): void {
    const { clocks } = this.backend;
    const server = clocks.get(this.opening.namespace) ?? this.opening.clock;
    clocks.set(this.opening.namespace, server);
    if (Math.abs(server.now() - this.opening.clock.now()) > this.capabilities.clockTolerance)
      throw new StoreError('config', 'The clock differs from the server’s by more than is allowed; run NTP.');
  }

  protected async migrate(): Promise<void> {
    await this.backend.locked('schema', async () => {
      this.backend.schema = 'there';
    });
  }

  override async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
    const found = await super.find(kind, key);
    await this.reach(`select ${kind} by key`, 0);
    const seen = this.backend.seenAt.get(nameOf({ kind, key }));
    if (kind === 'access_token' && seen && seen.at > performance.now())
      return seen.before && (structuredClone(this.shown(seen.before)) as Found<K>);
    return found && (await super.find(kind, key));
  }

  override async list(...args: Parameters<ReferenceStore['list']>): ReturnType<ReferenceStore['list']> {
    await this.reach('list', 0);
    return super.list(...args);
  }

  override async once(...args: Parameters<ReferenceStore['once']>): ReturnType<ReferenceStore['once']> {
    await this.reach('insert nonce', 1);
    return super.once(...args);
  }

  override async count(...args: Parameters<ReferenceStore['count']>): ReturnType<ReferenceStore['count']> {
    await this.reach('insert failure', 1);
    return super.count(...args);
  }

  override async ping(): Promise<void> {
    await this.reach('select 1', 0);
    await super.ping();
  }

  override async sweep(options: Parameters<ReferenceStore['sweep']>[0]): ReturnType<ReferenceStore['sweep']> {
    const report = await super.sweep(options);
    for (let left = Object.values(report.removed).reduce((a, b) => a + b, 0); left > 0; left -= options.batch)
      await this.reach('delete dead', Math.min(left, options.batch));
    return report;
  }

  override async write(write: Write): Promise<Written> {
    const { change, add = [] } = write;
    const locked = change ? nameOf(change) : nameOf(add[0] ?? { kind: 'grant', key: '' as Key });
    return this.send(`write ${add.length}`, locked, () => super.write(write));
  }

  override async revoke(what: Revocation, at: number, reason: string): Promise<number> {
    checkRevoke(what, at, reason);
    const locked = 'token' in what ? what.token : nameOf({ kind: 'grant', key: what.grants[0] ?? ('' as Key) });
    return this.send('update revoked', locked, async () => {
      const known = await super.revoke(what, at, reason);
      return 'token' in what && what.of ? Number(this.endUnseen(what.token, what.of)) : known;
    });
  }

  /** False where it was ended before. */
  protected endUnseen(key: Key, { clientId }: TokenOf): boolean {
    const { ends } = this.backend;
    return ends.size < ends.add(this.endName({ key, clientId })).size;
  }

  private endName({ key, clientId }: Pick<TokenRow, 'key' | 'clientId'>): string {
    return JSON.stringify([this.opening.namespace, key, clientId]);
  }

  protected override whyTokenEnded(row: TokenRow): Token['revoked'] {
    return this.backend.ends.has(this.endName(row)) ? 'token' : super.whyTokenEnded(row);
  }

  protected override change(write: Write, change: Change): Written {
    if (this.capabilities.additions === 'atomic') return super.change(write, change);
    const { add = [], attempt } = write;
    if (this.register(change.kind, change.key)?.attempt === attempt) return 'written';
    for (const addition of add) this.addFirst(addition, attempt);
    return super.change({ attempt, change }, change);
  }

  protected override addAlone(write: Write): Written {
    if (this.capabilities.additions === 'atomic') return super.addAlone(write);
    for (const addition of write.add ?? []) super.addAlone({ attempt: write.attempt, add: [addition] });
    return 'written';
  }

  protected override put(row: Row): void {
    if (row.kind === 'access_token' && this.capabilities.visibility.tokens === 'eventual')
      this.backend.seenAt.set(nameOf(row), {
        at: performance.now() + LAG,
        before: this.tables.rows.get(nameOf(row)),
      });
    super.put(row);
  }

  protected addFirst(addition: Addition, attempt: string): void {
    if (this.has(addition)) throw this.conflict(addition);
    this.insert(addition, attempt);
  }

  /** A statement that changes something: it waits for its row, and contact can be lost around it. */
  protected async send<T>(text: string, locked: string, apply: () => Promise<T>): Promise<T> {
    const failing = this.failing;
    this.failing = null;
    const attempt = (): Promise<T> => this.backend.locked(`${this.opening.namespace} ${locked}`, apply);
    await this.reach(text, 1);
    if (!failing) return attempt();
    if (failing.kind === 'transient') return this.deadlocked(attempt);
    return this.cut(failing, attempt);
  }

  /** The store's own repetition of its whole transaction. */
  protected deadlocked<T>(attempt: () => Promise<T>): Promise<T> {
    return attempt();
  }

  protected async cut<T>(failing: Failing, attempt: () => Promise<T>): Promise<T> {
    const cause = Object.assign(new Error('The connection was reset.'), { code: 'ECONNRESET' });
    if (failing.kind === 'applied') await attempt();
    if (failing.kind === 'late') failing.onLate?.(attempt);
    throw new StoreError('unknown_outcome', 'The connection was lost before the answer.', { cause });
  }

  /** A database keeps what it was told. */
  beforeRestart(): void {}

  protected async reach(text: string, rows: number): Promise<void> {
    this.ready();
    if (this.backend.hangs) await sleep(HANGS);
    if (this.dead || this.backend.hangs || !this.backend.up)
      throw new StoreError('unavailable', 'The back end does not answer.');
    this.statements.push({ text, rows, prepared: true, index: 'primary' });
    await Promise.resolve();
  }
}

/** A target with every port, in one of two shapes of back end. */
export function networkedTarget(shape: 'sql' | 'ordered', Made: typeof NetworkedStore = NetworkedStore): StoreTarget {
  const backend = new Backend();
  const capabilities = shape === 'sql' ? SQL : ORDERED;
  const on = (where: Backend) => (opening: Opening) => new Made(where, opening, capabilities);
  const networked = (store: Store): NetworkedStore => store as NetworkedStore;
  return {
    name: `networked reference, ${shape}`,
    capabilities,
    scale: 0.01,
    open: on(backend),
    sibling: on(backend),
    elsewhere: async (opening) => on(new Backend())(opening),
    rowCounts: async (store) => networked(store).rowCounts(),
    dump: async (store) => networked(store).dump(),
    restart: async (store) => {
      networked(store).beforeRestart();
      backend.up = false;
      void sleep(50).then(() => {
        backend.up = true;
      });
      return store;
    },
    trace: async (store) => {
      const from = networked(store).statements.length;
      return { stop: async () => networked(store).statements.slice(from) };
    },
    faults: {
      points: POINTS,
      arm: async (store, { firstTry }: Fault) => {
        let late: (() => Promise<unknown>) | undefined;
        networked(store).failing = {
          kind: firstTry,
          onLate: (apply) => {
            late = apply;
          },
        };
        return { arrive: async () => void (await late?.().catch(() => undefined)) };
      },
    },
    transient: {
      points: POINTS,
      arm: async (store) => {
        networked(store).failing = { kind: 'transient' };
      },
    },
    hold: async ({ namespace }, kind, key) => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      void backend.locked(`${namespace} ${nameOf({ kind, key })}`, () => held);
      return { release: async () => release() };
    },
    exhaust: async () => {
      backend.hangs = true;
      return {
        deadlineMs: DEADLINE,
        release: async () => {
          backend.hangs = false;
        },
      };
    },
    misconfigured: [
      {
        what: 'a schema that is too old',
        open: async (opening) => on(new Backend('The schema is version 1; run `gatehouse migrate`.'))(opening),
        names: /gatehouse migrate/,
      },
    ],
    empty: async () => {
      const fresh = new Backend();
      fresh.schema = 'none';
      return async (opening) => on(fresh)(opening);
    },
    previousSchema: async (store, { grant, token }) => {
      const now = Date.now();
      const life = { expiresAt: now + 60_000, purgeAt: now + 60_000, data: '{"v":1}' };
      const of = { clientId: 'app', subject: 'ann' };
      await store.write({
        attempt: 'previous',
        add: [
          { kind: 'grant', key: grant, ...of, sessionId: null, createdAt: now, state: null, ...life },
          { kind: 'access_token', key: token, grantId: grant, ...of, scope: [], audience: [], issuedAt: now, ...life },
        ],
      });
    },
    kill: async (store) => {
      networked(store).dead = true;
    },
  };
}
