import { expect, it } from 'vitest';
import { systemEntropy } from '../runtime/entropy.ts';
import { createServerSecrets } from '../server/secrets.ts';
import type { GrantId } from '../store/brands.ts';
import { openAnswer, sealAnswer } from './sealed-answer.ts';

const [OLD, NEW] = ['the older secret of this server, 32 bytes', 'the newer secret of this server, 32 bytes'];
const entropy = systemEntropy();
const grant = 'g'.repeat(43) as GrantId;
const answer = '{"access_token":"ä→𝄞","expires_in":3600}';
const sealed = sealAnswer(answer, 'handle', grant, createServerSecrets([OLD]), entropy);

it('opens byte for byte with the same handle and secret', () => {
  expect(openAnswer(sealed, 'handle', grant, createServerSecrets([OLD]))).toBe(answer);
});

it('opens under every listed secret', () => {
  expect(openAnswer(sealed, 'handle', grant, createServerSecrets([NEW, OLD]))).toBe(answer);
});

it('[SEC-144] stays shut with an older handle, another secret, another grant', () => {
  expect(openAnswer(sealed, 'older handle', grant, createServerSecrets([OLD]))).toBeNull();
  expect(openAnswer(sealed, 'handle', grant, createServerSecrets([NEW]))).toBeNull();
  expect(openAnswer(sealed, 'handle', 'h'.repeat(43) as GrantId, createServerSecrets([OLD]))).toBeNull();
});

it('stays shut after any change of a byte, and cut anywhere', () => {
  const bytes = Buffer.from(sealed, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const mutated = Buffer.from(bytes);
    mutated.writeUInt8(mutated.readUInt8(at) ^ 1, at);
    expect(openAnswer(mutated.toString('base64url'), 'handle', grant, createServerSecrets([OLD]))).toBeNull();
    expect(
      openAnswer(bytes.subarray(0, at).toString('base64url'), 'handle', grant, createServerSecrets([OLD])),
    ).toBeNull();
  }
});

it('never seals twice alike', () => {
  const again = sealAnswer(answer, 'handle', grant, createServerSecrets([OLD]), entropy);
  expect(again).not.toBe(sealed);
});
