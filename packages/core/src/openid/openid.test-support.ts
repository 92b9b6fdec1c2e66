import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { aSite, type Site } from '../authorize/browser.test-support.ts';
import { aClient, anOwner, type WorldOptions } from '../grants/world.test-support.ts';
import { type SigningKey, signingKeyOf } from '../keys/signing-key.ts';

export const RSA: SigningKey = signingKeyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
export const EC: SigningKey = signingKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
export const ED: SigningKey = signingKeyOf(generateKeyPairSync('ed25519').privateKey);

/** Every response type there is. */
const EVERY_TYPE: readonly string[] = [
  ...['code', 'token', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token'],
];

const CLAIMS = {
  given_name: 'Ann',
  family_name: 'Lee',
  email: 'ann@example.com',
  email_verified: true,
  address: { locality: 'Here' },
  phone_number: '+1 555 0100',
  hd: 'example.com',
};

/** A site whose app may use every response type, with an owner of whom something is known. */
export function anOpenidSite(options: WorldOptions = {}): Site {
  const site = aSite({ signingKeys: [RSA], ...options });
  site.clients.set('app', aClient({ ...site.clients.get('app'), responseTypes: EVERY_TYPE }));
  site.owners.set('ann', anOwner({ claims: CLAIMS }));
  return site;
}

export interface ReadIdToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** An ID token whose signature is right, as a library of others reads it. */
export async function readIdToken(text: unknown, keys: readonly SigningKey[] = [RSA]): Promise<ReadIdToken> {
  const header = decodeProtectedHeader(String(text));
  const key = keys.find(({ kid }) => kid === header.kid);
  if (!key) throw new Error('It names a key that there is not.');
  const { payload } = await compactVerify(String(text), createPublicKey(key.key), { algorithms: [key.algorithm] });
  return { header: { ...header }, claims: JSON.parse(new TextDecoder().decode(payload)) };
}
