import type { Key, Register, Revocation, Token } from '@gatehouse/core';
import { keyOf } from '@gatehouse/core';

import { ReferenceStore } from '../reference/reference-store.ts';
import { nameOf, type RegisterRow, type TokenRow } from '../reference/tables.ts';
import { type Saboteur, saboteur } from './saboteur.ts';

/** Stores that revoke too little, too much, or more than once. */

class ForgetsTheGrant extends ReferenceStore {
  protected override whyTokenEnded(row: TokenRow): Token['revoked'] {
    const why = super.whyTokenEnded(row);
    return why === 'grant' ? null : why;
  }
}

class RevokesOnlyWhatIsThere extends ReferenceStore {
  protected override revokeGrant(key: Key, ended: NonNullable<RegisterRow['ended']>): boolean {
    for (const row of this.tables.rows.values())
      if (row.kind === 'access_token' && row.grantId === key) this.put({ ...row, ended: true });
    return super.revokeGrant(key, ended);
  }

  protected override whyTokenEnded(row: TokenRow): Token['revoked'] {
    const why = super.whyTokenEnded(row);
    if (why === 'token' && this.register('grant', row.grantId ?? row.key)?.ended) return 'grant';
    return why === 'grant' ? null : why;
  }
}

class KeepsTheVersion extends ReferenceStore {
  protected override revokeGrant(key: Key, ended: NonNullable<RegisterRow['ended']>): boolean {
    const row = this.register('grant', key);
    const answer = super.revokeGrant(key, ended);
    const after = this.register('grant', key);
    if (row && after) this.put({ ...after, version: row.version });
    return answer;
  }
}

class MovesTheMoment extends ReferenceStore {
  protected override revokeGrant(key: Key, ended: NonNullable<RegisterRow['ended']>): boolean {
    const row = this.register('grant', key);
    if (!row?.ended) return super.revokeGrant(key, ended);
    this.put({ ...row, ended });
    return false;
  }
}

class RevokesTheOwnerTheSecondTime extends ReferenceStore {
  protected override revokeGrant(key: Key, ended: NonNullable<RegisterRow['ended']>): boolean {
    const row = this.register('grant', key);
    if (row?.ended)
      for (const other of this.registers('grant'))
        if (other.subject === row.subject && !other.ended) super.revokeGrant(other.key, ended);
    return super.revokeGrant(key, ended);
  }
}

class CountsWhatItNames extends ReferenceStore {
  override async revoke(what: Revocation, at: number, reason: string): Promise<number> {
    await super.revoke(what, at, reason);
    return 'grants' in what ? what.grants.length : 1;
  }
}

class DeletesWhatItRevokes extends ReferenceStore {
  protected override revokeToken(key: Key): number {
    const answer = super.revokeToken(key);
    this.tables.rows.delete(nameOf({ kind: 'access_token', key }));
    return answer;
  }
}

class RevokesTheWholeFamily extends ReferenceStore {
  protected override revokeToken(key: Key): number {
    const token = this.tables.rows.get(nameOf({ kind: 'access_token', key })) as TokenRow | undefined;
    for (const row of this.tables.rows.values())
      if (row.kind === 'access_token' && row.grantId === token?.grantId) this.put({ ...row, ended: true });
    return token && !token.ended ? 1 : 0;
  }
}

class LosesTheAttempt extends ReferenceStore {
  protected override revokeGrant(key: Key, ended: NonNullable<RegisterRow['ended']>): boolean {
    const answer = super.revokeGrant(key, ended);
    const row = this.register('grant', key);
    if (row) this.put({ ...row, attempt: 'revoked' });
    return answer;
  }
}

class RevokesAnyRegister extends ReferenceStore {
  protected override revokeGrant(key: Key, ended: NonNullable<RegisterRow['ended']>): boolean {
    for (const kind of ['session', 'consent', 'client'] as const) {
      const row = this.register(kind, key);
      if (row) this.put({ ...row, version: row.version + 1, ended });
    }
    return super.revokeGrant(key, ended);
  }
}

class TakesOrphansForLive extends ReferenceStore {
  protected override whyTokenEnded(row: TokenRow): Token['revoked'] {
    const why = super.whyTokenEnded(row);
    return why === 'orphan' ? null : why;
  }
}

class IgnoresTheEpoch extends ReferenceStore {
  protected override epoch(): number {
    return 0;
  }
}

class ComparesMomentsForEpochs extends ReferenceStore {
  #raisedAt(clientId: string | null): number {
    return this.register('client_epoch', keyOf('client_epoch', clientId ?? ''))?.createdAt ?? 0;
  }

  protected override whyEnded(row: RegisterRow): Register['revoked'] {
    const why = super.whyEnded(row);
    if (row.kind !== 'grant' || (why !== null && why !== 'client')) return why;
    return row.createdAt <= this.#raisedAt(row.clientId) ? 'client' : null;
  }
}

class ForgetsGrantlessTokens extends ReferenceStore {
  protected override whyTokenEnded(row: TokenRow): Token['revoked'] {
    const why = super.whyTokenEnded(row);
    return why === 'client' && row.grantId === null ? null : why;
  }
}

class EndsConsentsWithTheClient extends ReferenceStore {
  protected override whyEnded(row: RegisterRow): Register['revoked'] {
    if (row.kind === 'consent' && row.epoch < this.epoch(row.clientId)) return 'client';
    return super.whyEnded(row);
  }
}

class StampsChangesAnew extends ReferenceStore {
  protected override changed(...args: Parameters<ReferenceStore['changed']>): RegisterRow {
    return { ...super.changed(...args), epoch: this.epoch(args[0].clientId) };
  }
}

class FoldsClientIds extends ReferenceStore {
  protected override epoch(clientId: string | null): number {
    const folded = [...this.registers('client_epoch')].filter(
      (row) => row.clientId?.trim().toLowerCase() === clientId?.trim().toLowerCase(),
    );
    return Math.max(0, ...folded.map(({ version }) => version));
  }
}

export const REVOKERS: readonly Saboteur[] = [
  saboteur('forgets the revocation of the grant', ForgetsTheGrant, 'store-27-family-revoked', [
    'store-20-repeated-revocation',
    'store-30-many-tokens',
    'store-28-grant-in-turn',
    'store-28-grant-racing',
    'store-55-lengthened-everywhere',
    'store-61-seen-elsewhere',
    'store-68-issue-and-revoke',
  ]),
  saboteur('revokes the tokens that are there', RevokesOnlyWhatIsThere, 'store-27-family-revoked'),
  saboteur('keeps the version when it revokes', KeepsTheVersion, 'store-26-named-grants', [
    'store-20-repeated-revocation',
    'store-21-attempt-is-kept',
  ]),
  saboteur('moves the moment of a revocation', MovesTheMoment, 'store-56-again-moves-nothing', [
    'store-26-named-grants',
  ]),
  saboteur('revokes the owner the second time', RevokesTheOwnerTheSecondTime, 'store-54-late-revocation', [
    'store-26-named-grants',
  ]),
  saboteur('counts what it names', CountsWhatItNames, 'store-26-named-grants', [
    'store-12-clock-steps-back',
    'store-26-one-token',
    'store-26-only-grants',
    'store-56-again-moves-nothing',
    'store-32-namespaces',
    'store-52-two-databases',
    'store-68-issue-and-revoke',
  ]),
  saboteur('deletes the token it revokes', DeletesWhatItRevokes, 'store-26-one-token', [
    'store-12-clock-steps-back',
    'store-20-repeated-revocation',
    'store-54-late-addition',
    'store-21-repeated-change',
    'store-21-equal-addition',
    'store-68-issue-and-revoke',
  ]),
  saboteur('revokes every token of the grant', RevokesTheWholeFamily, 'store-26-one-token'),
  saboteur('loses the attempt when it revokes', LosesTheAttempt, 'store-21-attempt-is-kept', [
    'store-21-repeated-change',
  ]),
  saboteur('revokes any register', RevokesAnyRegister, 'store-26-only-grants'),
  saboteur('takes orphans for live', TakesOrphansForLive, 'store-27-orphans'),
  saboteur('ignores the epoch', IgnoresTheEpoch, 'store-26-client-epoch', [
    'store-29-late-epoch',
    'store-29-before-and-after',
    'store-29-racing-addition',
    'store-29-no-clock',
    'store-29-outlives-the-client',
    'store-28-client-in-turn',
    'store-28-client-racing',
  ]),
  saboteur('compares moments for epochs', ComparesMomentsForEpochs, 'store-29-no-clock', [
    'store-01-found-as-added',
    'store-29-late-epoch',
    'store-21-equal-addition',
    'store-29-before-and-after',
    'store-29-outlives-the-client',
  ]),
  saboteur('forgets tokens without a grant', ForgetsGrantlessTokens, 'store-26-client-epoch', [
    'store-29-before-and-after',
    'store-29-racing-addition',
    'store-29-no-clock',
  ]),
  saboteur('ends consents with their client', EndsConsentsWithTheClient, 'store-26-client-epoch'),
  saboteur('stamps a changed grant with the new epoch', StampsChangesAnew, 'store-29-before-and-after', [
    'store-28-client-in-turn',
    'store-28-client-racing',
  ]),
  saboteur('folds client ids', FoldsClientIds, 'store-26-client-epoch'),
];
