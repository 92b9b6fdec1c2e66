import { expect, it } from 'vitest';
import { runCase } from '../run.ts';
import { targetOf } from '../saboteurs/catch.test-support.ts';
import { SABOTEURS } from '../saboteurs/index.ts';
import { FLOW_CASES } from './index.ts';

/** What users would suffer from a wrong store, seen through core. */
const SUFFERED = [
  ['reads, then writes without the version', 'flow-one-code-50-times'],
  ['reads, then writes without the version', 'flow-one-refresh-50-times'],
  ['answers written always', 'store-23-overtaken'],
  ['forgets the revocation of the grant', 'flow-after-the-grace'],
  ['forgets the revocation of the grant', 'flow-old-generations'],
  ['forgets the revocation of the grant', 'flow-refresh-and-revoke'],
  ['forgets the revocation of the grant', 'flow-revocation'],
  ['forgets the revocation of the grant', 'flow-consent-removed'],
  ['forgets the revocation of the grant', 'flow-owner-ended'],
  ['forgets the revocation of the grant', 'flow-hybrid'],
  ['forgets the revocation of the grant', 'flow-sign-out'],
  ['remembers what was absent', 'flow-lost-answer'],
  ['keeps nonces to itself', 'flow-one-assertion-100-times'],
] as const;

for (const [id, flow] of SUFFERED)
  it(`a store that ${id} is caught by ${flow}`, async () => {
    const wrong = SABOTEURS.find((saboteur) => saboteur.id === id);
    const of = FLOW_CASES.find((each) => each.id === flow);
    if (!wrong || !of) throw new TypeError('No such saboteur or flow.');
    expect((await runCase(of, targetOf(wrong))).outcome).toBe('broken');
  });
