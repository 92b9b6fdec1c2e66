import { generateKeyPairSync } from 'node:crypto';
import { encryptSaml } from '@gatehouse/testkit';
import { diag } from 'libxml2-wasm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { read, refusal, signed } from './reading.test-support.ts';

const OURS = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SIGNED = signed({ id: '_1' });

beforeAll(() => diag.configure({ enabled: true }));
afterAll(() => diag.configure({ enabled: false }));

/** One for each stage at which reading can end. */
const STAGES: readonly (readonly [string, () => unknown])[] = [
  ['accepted', () => read(SIGNED)],
  [
    'accepted, encrypted',
    () => read(encryptSaml(SIGNED, { publicKey: OURS.publicKey }), { decryptionKeys: [OURS.privateKey] }),
  ],
  ['refused by the scan', () => read('<!DOCTYPE a><a/>')],
  ['refused by the parser', () => read('<a></b>')],
  ['refused for a warning', () => read('<a xmlns="x"/>')],
  ['refused by decryption', () => read(encryptSaml(SIGNED, { publicKey: OURS.publicKey }))],
  ['refused by the structure', () => read(SIGNED.replace('<Issuer>', '<Advice></Advice><Issuer>'))],
  ['refused by the signature’s shape', () => read(SIGNED.replace('#rsa-sha256', '#rsa-md5'))],
  ['refused by canonicalization', () => read(SIGNED.replace('Version="2.0"', 'Version="2.0" xmlns:p="x"'))],
  ['refused by the signature', () => read(SIGNED, {}, [OURS.publicKey])],
  ['refused by the digest', () => read(SIGNED.replace('sampleuser', 'admin'))],
  ['refused by a value', () => read(signed({ subject: ' ' }))],
];

it.each(STAGES)('%s: nothing of the parser is kept', (name, reading) => {
  expect(refusal(reading)).toMatch(name.startsWith('accepted') ? /^accepted$/ : /^saml-/);
  expect(diag.report()).toEqual({});
});

it('and the parser works as before after any of them', () => {
  for (const [, reading] of STAGES) refusal(reading);
  expect(read(SIGNED).id).toBe('_1');
});
