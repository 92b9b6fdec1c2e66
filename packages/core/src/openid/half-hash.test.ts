import { expect, it } from 'vitest';
import { halfHash } from './half-hash.ts';

const TOKEN = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';
const CODE = 'Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk';

it('is what OpenID Connect Core A.3, A.4 and A.6 have', () => {
  expect(halfHash('RS256', TOKEN)).toBe('77QmUPtjPfzWtF2AnpK9RQ');
  expect(halfHash('RS256', CODE)).toBe('LDktKdoQak3Pk0cnXxCltA');
});

it('takes the hash of the algorithm that signs', () => {
  expect(halfHash('ES256', TOKEN)).toBe(halfHash('HS256', TOKEN));
  const bytes = (algorithm: string): number => Buffer.from(halfHash(algorithm, TOKEN), 'base64url').length;
  expect(['ES256', 'ES384', 'ES512', 'EdDSA'].map(bytes)).toEqual([16, 24, 32, 32]);
});
