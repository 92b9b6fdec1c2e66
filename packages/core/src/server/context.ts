import type { KeyObject } from 'node:crypto';
import type { KeySets } from '../assertions/key-sets.ts';
import type { VerificationKey } from '../assertions/verification-key.ts';
import type { ClientDirectory } from '../client/client-directory.ts';
import type { SigningKey } from '../keys/signing-key.ts';
import type { OwnerDirectory } from '../owner/owner.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { Settings } from './config.ts';
import type { Hooks } from './hooks.ts';
import type { ServerSecrets } from './secrets.ts';

/** What every endpoint of one authorization server works with. */
export interface ServerContext {
  readonly settings: Settings;
  /** Guarded: unknown outcomes are resolved before an answer comes back. */
  readonly store: GuardedStore;
  readonly runtime: Runtime;
  readonly clients: ClientDirectory;
  readonly owners: OwnerDirectory;
  readonly secrets: ServerSecrets;
  readonly hooks: Hooks;
  /** Of clients and trusted issuers. */
  readonly keySets: KeySets;
  /** That ID tokens are signed with; the first of an algorithm signs. None: no OpenID Connect. */
  readonly signingKeys: readonly SigningKey[];
  /** That have signed ID tokens before: for hints alone, and shown to nobody. */
  readonly retiredKeys: readonly VerificationKey[];
  /** Private keys that assertions may be encrypted to; none: encryption is not offered. */
  readonly decryptionKeys: readonly KeyObject[];
}
