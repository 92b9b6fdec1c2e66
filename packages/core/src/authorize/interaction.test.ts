import { describe, expect, it } from 'vitest';
import { aWorld } from '../grants/world.test-support.ts';
import { keyOf } from '../tokens/handle.ts';
import { codeMaterial, type Interaction, newInteraction, openInteraction, sealInteraction } from './interaction.ts';

const [ONE, TWO] = ['1'.repeat(32), '2'.repeat(32)] as [string, string];
const under = (...secrets: string[]) => aWorld({ secrets }).context;
const anInteraction = (context = under(ONE)): Interaction =>
  newInteraction(context, {
    query: '?client_id=app',
    session: keyOf('session', 'sid'),
    asked: ['read'],
    granted: [],
    audience: [],
    endsAt: 1,
  });

describe('a sealed interaction', () => {
  it('is opened by any listed secret, which is named', () => {
    const interaction = anInteraction();
    const sealed = sealInteraction(under(ONE), interaction);
    expect(openInteraction(under(ONE), sealed)).toEqual({ interaction, secret: 0 });
    expect(openInteraction(under(TWO, ONE), sealed)).toEqual({ interaction, secret: 1 });
    expect(openInteraction(under(TWO), sealed)).toBeNull();
  });

  it('is never the same text twice, and opens in one spelling of each of its bytes only', () => {
    const context = under(ONE);
    const interaction = anInteraction();
    const sealed = sealInteraction(context, interaction);
    expect(sealInteraction(context, interaction)).not.toBe(sealed);
    const bytes = Buffer.from(sealed, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(openInteraction(context, changed.toString('base64url'))).toBeNull();
    }
    for (const length of [0, 1, 27, 28, bytes.length - 1])
      expect(openInteraction(context, bytes.subarray(0, length).toString('base64url'))).toBeNull();
  });

  it('gives the same code under the secret that opened it, wherever that stands in the list', () => {
    const interaction = anInteraction();
    const material = codeMaterial(under(ONE), { interaction, secret: 0 });
    expect(material).toHaveLength(32);
    expect(codeMaterial(under(TWO, ONE), { interaction, secret: 1 })).toEqual(material);
    expect(codeMaterial(under(TWO, ONE), { interaction, secret: 0 })).not.toEqual(material);
    expect(codeMaterial(under(ONE), { interaction: anInteraction(), secret: 0 })).not.toEqual(material);
  });
});
