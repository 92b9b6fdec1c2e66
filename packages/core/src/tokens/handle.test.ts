import { describe, expect, it } from 'vitest';
import { type Entropy, systemEntropy } from '../runtime/entropy.ts';
import { createServerSecrets } from '../server/secrets.ts';
import {
  familyOfCode,
  grantKey,
  keyOf,
  kindOf,
  LAST_GENERATION,
  MINIMUM_LENGTH,
  makeAccessToken,
  makeCode,
  makeDerivedCode,
  makeFamilyId,
  makeRefreshToken,
  parseRefreshToken,
  randomLetters,
} from './handle.ts';

const entropy = systemEntropy();
// The same each time: a neighbour of a random handle passes its checksum once in fifteen million, and there are hundreds.
const known: Entropy = {
  bytes: (length) => Uint8Array.from({ length }, (_, index) => (index * 89 + length * 7) % 248),
};
const family = makeFamilyId(known);
const handles = {
  access_token: makeAccessToken(known, 54),
  refresh_token: makeRefreshToken(known, 46, family, 1),
  code: makeCode(known, 30),
};

describe('handles', () => {
  it('[AX-67] [AX-71] [AX-73] [AX-41] are letters and digits of the reference lengths', () => {
    expect(handles.access_token).toMatch(/^[0-9A-Za-z]{54}$/);
    expect(handles.refresh_token).toMatch(/^[0-9A-Za-z]{46}$/);
    expect(handles.code).toMatch(/^[0-9A-Za-z]{30}$/);
    expect(MINIMUM_LENGTH).toEqual({ access_token: 29, refresh_token: 46, code: 29 });
  });

  it('keep their format: what was given out stays known', () => {
    expect(kindOf('gA1fMHhi6gv8NiExJvGh61qIkKBTYTQC2P9QKJnwGJBrTgnozvmtXG')).toBe('access_token');
    expect(parseRefreshToken('gR1abcdefghijklmnzzzjHZOit29YbkapF8FOqAQwO6ycv')).toEqual({
      family: 'abcdefghijklmn',
      generation: LAST_GENERATION,
    });
    const secrets = createServerSecrets(['a server secret of at least thirty-two bytes']);
    const code = makeDerivedCode(Buffer.alloc(32, 7), 30);
    expect([code, familyOfCode(code, secrets, 0)]).toEqual(['gC1MHBMPzIZpfFgSH7bMU2aOjjA7nZ', 'Qhi5kSmMQo9Rfh']);
    expect(makeDerivedCode(Buffer.alloc(32, 9), 80)).toBe(
      'gC172PKYjrBDRzDzoN8UN8KzUWlIcWGU8r5jsLgqo65HtKKQalffyK4UI8cPEjhMkvtT3eF9g2NxXuCQ',
    );
  });

  it.each(Object.entries(handles))('say their kind: %s', (kind, handle) => {
    expect(kindOf(handle)).toBe(kind);
  });

  it.each(Object.entries(handles))(
    '[SEC-11] no prefix, suffix, neighbour or case flip of a %s passes its checksum',
    (_, handle) => {
      for (let length = 0; length < handle.length; length++) {
        expect(kindOf(handle.slice(0, length))).toBeNull();
        expect(kindOf(handle.slice(handle.length - length))).toBeNull();
      }
      for (let at = 0; at < handle.length; at++) {
        const letter = handle[at] as string;
        const others = [
          letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
          letter === 'a' ? 'b' : 'a',
        ];
        for (const other of others)
          if (other !== letter) expect(kindOf(handle.slice(0, at) + other + handle.slice(at + 1))).toBeNull();
      }
      for (const text of [`${handle} `, ` ${handle}`, `${handle}\n`, `${handle}\0`, `${handle}=`, ''])
        expect(kindOf(text)).toBeNull();
    },
  );

  it('[SEC-8] have another key as each kind', () => {
    const keys = (
      ['access_token', 'grant', 'session', 'consent', 'client', 'client_epoch', 'code_hash', 'refresh_hash'] as const
    ).map((kind) => keyOf(kind, handles.code));
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('name their family and generation, up to the last', () => {
    for (const generation of [1, 61, 62, 3843, 3844, LAST_GENERATION])
      expect(parseRefreshToken(makeRefreshToken(entropy, 46, family, generation))).toEqual({ family, generation });
    expect(parseRefreshToken(makeRefreshToken(entropy, 46, family, 0))).toBeNull();
    expect(parseRefreshToken(handles.access_token)).toBeNull();
  });

  it('never repeat: the same family and generation have a new secret each time', () => {
    const made = new Set(Array.from({ length: 1000 }, () => makeRefreshToken(entropy, 46, family, 7)));
    expect(made.size).toBe(1000);
  });

  it('yield the family of a code only under the secret that made it', () => {
    const secrets = createServerSecrets([
      'first secret, thirty-two bytes or more',
      'other secret, thirty-two bytes or more',
    ]);
    const one = familyOfCode(handles.code, secrets, 0);
    expect(one).toMatch(/^[0-9A-Za-z]{14}$/);
    expect(familyOfCode(handles.code, secrets, 0)).toBe(one);
    expect(familyOfCode(handles.code, secrets, 1)).not.toBe(one);
    expect(grantKey(one)).not.toBe(grantKey(familyOfCode(handles.code, secrets, 1)));
  });

  it('derive one code from one interaction', () => {
    const material = new Uint8Array(32).fill(7);
    expect(makeDerivedCode(material, 30)).toBe(makeDerivedCode(material, 30));
    expect(kindOf(makeDerivedCode(material, 30))).toBe('code');
    expect(makeDerivedCode(material, 30)).not.toBe(makeDerivedCode(new Uint8Array(32).fill(8), 30));
    expect(makeDerivedCode(material, 64)).toHaveLength(64);
  });

  it('[AX-67] draw every letter alike', () => {
    const counts = new Map<string, number>();
    for (const letter of randomLetters(entropy, 62_000)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // Six standard deviations of a fair draw of 1000 each.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(190);
  });
});

describe('entropy', () => {
  it('wipes what it hands out: two draws share nothing', () => {
    const first = entropy.bytes(32);
    expect(entropy.bytes(32)).not.toEqual(first);
    expect(entropy.bytes(10_000)).toHaveLength(10_000);
  });
});
