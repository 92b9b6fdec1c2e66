import {
  type Instant,
  type Key,
  STORE_LIMITS,
  type SweepOptions,
  type SweepReport,
  type Write,
  type Written,
} from '@gatehouse/core';

import { ReferenceStore } from '../reference/reference-store.ts';
import { nameOf, type RegisterRow, type Removable, type Row } from '../reference/tables.ts';
import { type Saboteur, saboteur } from './saboteur.ts';

/** Stores that use twice, count wrongly, and remove too much or too little. */

const HOUR = 3_600_000;

class UsesTwice extends ReferenceStore {
  override async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    const name = JSON.stringify([space, nonce]);
    const seen = this.tables.nonces.has(name);
    await Promise.resolve();
    return (await super.once(space, nonce, at, until, attempt)) || !seen;
  }
}

/** As a store that remembers nonces in its own process does: used once on each node. */
class KeepsNoncesToItself extends ReferenceStore {
  static #nodes = 0;
  readonly #node = ++KeepsNoncesToItself.#nodes;

  override async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    return super.once(`${space} of node ${this.#node}`, nonce, at, until, attempt);
  }
}

class ForgetsWhoUsedIt extends ReferenceStore {
  override async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    const again = this.tables.nonces.get(JSON.stringify([space, nonce]))?.attempt === attempt;
    return (await super.once(space, nonce, at, until, attempt)) && !again;
  }
}

class TrustsItsOwnTtl extends ReferenceStore {
  override async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    const seen = this.tables.nonces.get(JSON.stringify([space, nonce]));
    if (seen && at < seen.until + 1_000) return seen.attempt === attempt;
    return super.once(space, nonce, at, until, attempt);
  }
}

class LengthensTheWindow extends ReferenceStore {
  override async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    const answer = await super.once(space, nonce, at, until, attempt);
    const name = JSON.stringify([space, nonce]);
    const seen = this.tables.nonces.get(name);
    if (seen) this.tables.nonces.set(name, { ...seen, until: Math.max(seen.until, until) });
    return answer;
  }
}

class EvictsNonces extends ReferenceStore {
  override async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    const [oldest] = this.tables.nonces.keys();
    if (oldest !== undefined && this.tables.nonces.size >= 200) this.tables.nonces.delete(oldest);
    return super.once(space, nonce, at, until, attempt);
  }
}

class FoldsSpaces extends ReferenceStore {
  override async once(space: string, nonce: Key, at: Instant, until: Instant, attempt: string): Promise<boolean> {
    return super.once(space.toLowerCase(), nonce, at, until, attempt);
  }
}

class CountsTwice extends ReferenceStore {
  override async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    if (add === 1) await super.count(counter, key, at, window, add);
    return super.count(counter, key, at, window, add);
  }
}

class CountsForEver extends ReferenceStore {
  override async count(counter: string, key: Key, at: Instant, _: number, add: 0 | 1): Promise<number> {
    return super.count(counter, key, at, 10_000 * 86_400_000, add);
  }
}

class RestartsTheWindow extends ReferenceStore {
  override async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    const name = JSON.stringify([counter, key]);
    const kept = this.tables.counters.get(name);
    if (kept && add === 1 && kept.ends > at)
      this.tables.counters.set(name, { ...kept, moments: kept.moments.map(() => at) });
    return super.count(counter, key, at, window, add);
  }
}

class ReadsThenCounts extends ReferenceStore {
  override async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    const before = await super.count(counter, key, at, window, 0);
    if (add === 0) return before;
    await super.count(counter, key, at, window, 1);
    return before + 1;
  }
}

class CountsNoFurther extends ReferenceStore {
  override async count(counter: string, key: Key, at: Instant, window: number, add: 0 | 1): Promise<number> {
    return Math.min(STORE_LIMITS.failures, await super.count(counter, key, at, window, add));
  }
}

class RemovesTheExpired extends ReferenceStore {
  protected override removable(at: Instant): readonly Removable[] {
    const expired = [...this.tables.rows].filter(([, row]) => row.expiresAt <= at && row.purgeAt > at);
    return [
      ...super.removable(at),
      { kind: 'expired', dead: expired.map(([name]) => name), remove: (name) => void this.tables.rows.delete(name) },
    ];
  }
}

class RemovesAMomentEarly extends ReferenceStore {
  protected override removable(at: Instant): readonly Removable[] {
    return super.removable(at + 1);
  }
}

class RemovesTheFamily extends ReferenceStore {
  protected override removable(at: Instant): readonly Removable[] {
    return super.removable(at).map((part) => ({
      ...part,
      remove: (name) => {
        const row = this.tables.rows.get(name) as Row | undefined;
        part.remove(name);
        if (row?.kind !== 'access_token' || row.grantId === null) return;
        for (const [other, { kind, ...rest }] of this.tables.rows)
          if (kind === 'access_token' && 'grantId' in rest && rest.grantId === row.grantId)
            this.tables.rows.delete(other);
      },
    }));
  }
}

class RemovesWhatWasUsed extends ReferenceStore {
  override async sweep(options: SweepOptions): Promise<SweepReport> {
    for (const [name, row] of this.tables.rows) if ('state' in row && row.state === null) this.tables.rows.delete(name);
    return super.sweep(options);
  }
}

class ForgetsNonces extends ReferenceStore {
  protected override removable(at: Instant): readonly Removable[] {
    return super.removable(at).filter(({ kind }) => kind !== 'nonce');
  }
}

class RemovesNoncesEarly extends ReferenceStore {
  override async sweep(options: SweepOptions): Promise<SweepReport> {
    for (const [name, { until }] of this.tables.nonces)
      if (until <= options.at + 600_000) this.tables.nonces.delete(name);
    return super.sweep(options);
  }
}

class RemovesCountersEarly extends ReferenceStore {
  override async sweep(options: SweepOptions): Promise<SweepReport> {
    this.tables.counters.clear();
    return super.sweep(options);
  }
}

class RemovesTheLengthened extends ReferenceStore {
  override async sweep(options: SweepOptions): Promise<SweepReport> {
    const dead = [...this.tables.rows].filter(([, row]) => row.purgeAt <= options.at);
    // The moment in which a change lengthens what was found dead.
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    for (const [name] of dead) this.tables.rows.delete(name);
    return super.sweep(options);
  }
}

class IgnoresTheSignal extends ReferenceStore {
  override async sweep({ signal: _, budgetMs: __, ...options }: SweepOptions): Promise<SweepReport> {
    return super.sweep({ ...options, budgetMs: 60_000 });
  }
}

class SweepsOtherNamespaces extends ReferenceStore {
  static readonly #all = new Set<SweepsOtherNamespaces>();

  override async open(): Promise<void> {
    await super.open();
    SweepsOtherNamespaces.#all.add(this);
  }

  override async sweep(options: SweepOptions): Promise<SweepReport> {
    for (const store of SweepsOtherNamespaces.#all)
      for (const { dead, remove } of store.tables === this.tables ? [] : store.removable(options.at + HOUR))
        for (const name of dead) remove(name);
    return super.sweep(options);
  }

  override async close(): Promise<void> {
    SweepsOtherNamespaces.#all.delete(this);
    await super.close();
  }
}

class LeavesAMark extends ReferenceStore {
  readonly #marks = new Set<string>();

  protected override removable(at: Instant): readonly Removable[] {
    return super.removable(at).map((part) => ({
      ...part,
      remove: (name) => {
        part.remove(name);
        this.#marks.add(name);
      },
    }));
  }

  protected override addAlone(write: Write): Written {
    for (const one of write.add ?? []) if (this.#marks.has(nameOf(one))) throw this.conflict(one);
    return super.addAlone(write);
  }
}

class KeepsEveryGeneration extends ReferenceStore {
  protected override changed(...args: Parameters<ReferenceStore['changed']>): RegisterRow {
    const [row] = args;
    this.tables.rows.set(`history/${nameOf(row)}/${row.version}`, row);
    return super.changed(...args);
  }

  protected override registers(kind: RegisterRow['kind']): RegisterRow[] {
    return [...this.tables.rows]
      .filter(([name, row]) => row.kind === kind && !name.startsWith('history/'))
      .map(([, row]) => row as RegisterRow);
  }
}

export const KEEPERS: readonly Saboteur[] = [
  saboteur('lets a nonce be used twice', UsesTwice, 'store-19-parallel'),
  saboteur('keeps nonces to itself', KeepsNoncesToItself, 'store-19-parallel'),
  saboteur('forgets who used a nonce', ForgetsWhoUsedIt, 'store-19-once', [
    'store-19-parallel',
    'store-20-repeated-nonce',
  ]),
  saboteur('trusts its own TTL for nonces', TrustsItsOwnTtl, 'store-19-window'),
  saboteur('lengthens the window of a nonce', LengthensTheWindow, 'store-19-window'),
  saboteur('evicts nonces', EvictsNonces, 'store-00-nothing-written-is-lost'),
  saboteur('folds spaces', FoldsSpaces, 'store-19-spaces'),
  saboteur('counts twice', CountsTwice, 'store-69-places', [
    'store-32-namespaces',
    'store-52-two-databases',
    'store-33-unicode',
    'store-36-meta-characters',
    'store-69-window',
    'store-69-no-window-longer',
    'store-69-sweep-between',
    'store-69-limit',
  ]),
  saboteur('counts for ever', CountsForEver, 'store-69-window', [
    'store-40-report',
    'store-69-no-window-longer',
    'store-67-nothing-stays',
  ]),
  saboteur('restarts the window with each failure', RestartsTheWindow, 'store-69-no-window-longer'),
  saboteur('reads, then counts', ReadsThenCounts, 'store-69-parallel'),
  saboteur('counts to the highest limit and no further', CountsNoFurther, 'store-69-limit'),
  saboteur('removes what has expired', RemovesTheExpired, 'store-37-used-and-revoked-stay', [
    'store-57-not-a-moment-early',
  ]),
  saboteur('removes a moment early', RemovesAMomentEarly, 'store-57-not-a-moment-early'),
  saboteur('removes a family with its token', RemovesTheFamily, 'store-57-nobody-else'),
  saboteur('leaves a mark of what is gone', LeavesAMark, 'store-55-ended-and-added-anew'),
  saboteur('removes what was emptied', RemovesWhatWasUsed, 'store-37-used-and-revoked-stay'),
  saboteur('forgets nonces in the sweep', ForgetsNonces, 'store-67-nothing-stays', ['store-40-report']),
  saboteur('removes nonces early', RemovesNoncesEarly, 'store-19-sweep-between', ['store-40-report']),
  saboteur('removes counters early', RemovesCountersEarly, 'store-69-sweep-between', ['store-40-report']),
  saboteur('removes what was just lengthened', RemovesTheLengthened, 'store-18-change-and-sweep', [
    'store-38-batches',
    'store-39-sweepers-and-writers',
    'store-40-report',
  ]),
  saboteur('ignores the signal', IgnoresTheSignal, 'store-38-batches'),
  saboteur('sweeps what lives in other namespaces', SweepsOtherNamespaces, 'store-32-sweep'),
  saboteur('keeps every generation', KeepsEveryGeneration, 'store-24-one-row-a-family', ['store-67-flat-family']),
];
