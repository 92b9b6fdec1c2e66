import { createHmac } from 'node:crypto';
import type { Log } from '../runtime/log.ts';
import { NONCE, openBytes, SEALED_MORE, sealBytes } from '../runtime/sealed-bytes.ts';
import type { ServerSecrets } from '../server/secrets.ts';
import type { JsonText, Key } from './brands.ts';
import { inFrontOf } from './in-front.ts';
import type { Found, Kind } from './records.ts';
import type { Addition, Store, Write } from './store.ts';
import { StoreError } from './store-error.ts';
import { checkWrite, STORE_LIMITS } from './validate.ts';

/**
 * Whose facts are encrypted: they say what was sent, and end by themselves, so that a secret that was replaced may be left
 * out once they have. A client holds hashes and sealed secrets, a consent what was allowed, a session when it began.
 */
const ENCRYPTED: ReadonlySet<Kind> = new Set(['access_token', 'grant']);

const LOST =
  'A record cannot be decrypted: it was altered, or encrypted under a secret that is not in `secrets` any more. Keep an old secret for as long as records live.';

/** Bytes of `data` that encrypted and in base64url are no more than a store takes. */
const LONGEST = Math.floor((STORE_LIMITS.json - 16) * 0.75) - SEALED_MORE;
/** JSON as any `data` is, which begins with a brace where it is not encrypted. */
const FORM = /^"e1\.([A-Za-z0-9_-]+)"$/;

export interface EncryptionOptions {
  readonly secrets: ServerSecrets;
  /** False: what is encrypted is read, and nothing more is. */
  readonly encrypts: boolean;
  readonly log: Log;
}

/**
 * A store whose records give nothing of their facts to whoever reads the back end (AX-161). Columns that records are found
 * and listed by stay as they are.
 */
export function encryptRecords(store: Store, { encrypts, log, secrets }: EncryptionOptions): Store {
  const sealed = (write: Write): Write => {
    checkEncryptable(write);
    return write.add ? { ...write, add: write.add.map((addition) => sealAddition(addition, secrets)) } : write;
  };
  let told = false;
  const opened = <R extends Facts>(record: R): R => {
    if (!record.data.startsWith('"')) return record;
    const data = openData(record, secrets);
    if (data !== null) return { ...record, data };
    if (!told) log.error({ kind: record.kind }, LOST);
    told = true;
    // Whoever needs its facts finds that they are not what was written; who ends it needs none.
    return record;
  };
  return inFrontOf(store, {
    write: async (write) => store.write(encrypts ? sealed(write) : write),
    async find<K extends Kind>(kind: K, key: Key): Promise<Found<K> | undefined> {
      const found = await store.find(kind, key);
      return found && opened(found);
    },
    async list(kind, by, page) {
      const { items, next } = await store.list(kind, by, page);
      return { items: items.map(opened), next };
    },
  });
}

/**
 * What every store would refuse, and what is too long once it is encrypted.
 * @throws StoreError `invalid`
 */
export function checkEncryptable(write: Write): void {
  checkWrite(write);
  for (const { data, kind } of write.add ?? [])
    if (ENCRYPTED.has(kind) && Buffer.byteLength(data) > LONGEST)
      throw new StoreError('invalid', `The data is over ${LONGEST} bytes, which is the most that can be encrypted.`);
}

type Facts = { readonly kind: Kind; readonly key: Key; readonly data: JsonText };

/** Bound to the record, so that one cannot stand in for another. */
const about = ({ kind, key }: Facts): Buffer => Buffer.from(`${kind}:${key}`);

function sealAddition(addition: Addition, secrets: ServerSecrets): Addition {
  if (!ENCRYPTED.has(addition.kind)) return addition;
  const record = about(addition);
  // The same record gives the same text, for a write that is repeated has to be the same one (RFC 5297 has it so too).
  const nonce = createHmac('sha256', secrets.key('record-nonce', 0))
    .update(record)
    .update('\0')
    .update(addition.data)
    .digest()
    .subarray(0, NONCE);
  const bytes = sealBytes(secrets.key('record', 0), nonce, addition.data, record);
  return { ...addition, data: `"e1.${bytes.toString('base64url')}"` };
}

/** Null where no listed secret opens it. */
function openData(record: Facts, secrets: ServerSecrets): JsonText | null {
  const bytes = Buffer.from(FORM.exec(record.data)?.[1] ?? '', 'base64url');
  const keyAt = (index: number): Buffer => secrets.key('record', index);
  return openBytes(bytes, about(record), secrets.count, keyAt)?.toString('utf8') ?? null;
}
