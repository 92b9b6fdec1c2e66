import { describe, expect, it } from 'vitest';
import { NOON } from '../grants/world.test-support.ts';
import { ec, makeJwt, type Signer } from '../jwt/jwt.test-support.ts';
import { silentLog } from '../runtime/log.ts';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { type AssertionWorld, anAssertionWorld, idpClaims, withApp } from './assertions.test-support.ts';
import type { FetchDocument } from './fetch-document.ts';
import { createKeySets } from './key-sets.ts';
import { validateTrustedIssuer } from './validate-trusted-issuer.ts';

/** A place that serves a key set, and counts. */
function aPlace(...signers: readonly Signer[]): {
  fetch: FetchDocument;
  keys: Signer[];
  asked: string[];
  up: boolean;
  maxAge: number | null;
} {
  const place = {
    keys: [...signers],
    asked: [] as string[],
    up: true,
    maxAge: null as number | null,
    fetch: async (url: string) => {
      place.asked.push(url);
      if (!place.up) throw new Error('It did not connect in time.');
      return { text: JSON.stringify({ keys: place.keys.map(({ jwk }) => jwk) }), maxAgeSeconds: place.maxAge };
    },
  };
  return place;
}

const URL_OF_KEYS = 'https://idp.example/jwks.json';
const [OLD, NEW] = [ec('old'), ec('new')];

function aWorld(place: { fetch: FetchDocument }): AssertionWorld {
  return anAssertionWorld({ fetchDocument: place.fetch, idp: { jwks: undefined, jwksUri: URL_OF_KEYS } });
}

const send = async (world: AssertionWorld, signer: Signer, kid: string | null = signer.jwk.kid): Promise<number> => {
  const now = world.time.now / 1000;
  const jwt = makeJwt(signer, idpClaims({ iat: now, exp: now + 60 }), kid === null ? {} : { header: { kid } });
  return (await world.grant(jwt, {}, withApp)).status;
};

describe('a key set behind a URL', () => {
  it('is fetched when first needed, and kept', async () => {
    const place = aPlace(OLD);
    const world = aWorld(place);
    expect(place.asked).toEqual([]);
    expect(await Promise.all([send(world, OLD), send(world, OLD), send(world, OLD, null)])).toEqual([200, 200, 200]);
    expect(place.asked).toEqual([URL_OF_KEYS]);
  });

  it('is fetched again for a key id that is new, no sooner than after a minute', async () => {
    const place = aPlace(OLD);
    const world = aWorld(place);
    expect(await send(world, OLD)).toBe(200);
    place.keys = [OLD, NEW];
    expect(await send(world, NEW)).toBe(400);
    world.time.now = NOON + 59_999;
    expect(await send(world, NEW)).toBe(400);
    world.time.now = NOON + 60_000;
    expect(await send(world, NEW)).toBe(200);
    expect(place.asked).toHaveLength(2);
  });

  it('[SEC-134] 10 000 unknown key ids are one fetch a minute', async () => {
    const place = aPlace(OLD);
    let now = NOON;
    const { limits } = DEFAULT_SETTINGS;
    const sets = createKeySets({ clock: { now: () => now }, log: silentLog, limits, fetchDocument: place.fetch });
    const issuer = validateTrustedIssuer({ issuer: 'idp', jwksUri: URL_OF_KEYS });
    for (let i = 0; i < 10_000; i++) {
      expect(await sets.find(issuer, `unknown-${i}`)).toHaveLength(1);
      now = NOON + Math.floor((i * 59_999) / 10_000);
    }
    expect(place.asked).toHaveLength(1);
  });

  it('[SEC-134] is asked no more often for being one of thousands, of which not all are kept', async () => {
    const place = aPlace(OLD);
    let now = NOON;
    const { limits } = DEFAULT_SETTINGS;
    const sets = createKeySets({ clock: { now: () => now }, log: silentLog, limits, fetchDocument: place.fetch });
    const issuer = validateTrustedIssuer({ issuer: 'idp', jwksUri: URL_OF_KEYS });
    const ask = (number: number) => sets.find({ ...issuer, jwksUri: `https://idp.example/${number}` }, 'unknown');
    const timesAsked = (number: number): number => place.asked.filter((url) => url.endsWith(`/${number}`)).length;
    for (let i = 0; i < 1_500; i++) await ask(i);
    await ask(0);
    expect([place.asked.length, timesAsked(0)]).toEqual([1_500, 1]);

    // Their pause is over: those used longest ago make room, and what was used last is kept.
    now += 60_000;
    place.up = false;
    await expect(ask(2_000)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(await ask(0)).toHaveLength(1);
    await expect(ask(1)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('is not asked for as one of more than ten thousand in a minute, of which none may be forgotten', async () => {
    const place = aPlace(OLD);
    const { limits } = DEFAULT_SETTINGS;
    const sets = createKeySets({ clock: { now: () => NOON }, log: silentLog, limits, fetchDocument: place.fetch });
    place.up = false;
    const issuer = validateTrustedIssuer({ issuer: 'idp', jwksUri: URL_OF_KEYS });
    const answers = new Set<unknown>();
    for (let i = 0; i <= 10_000; i++)
      await sets.find({ ...issuer, jwksUri: `https://idp.example/${i}` }, null).catch(({ code }) => answers.add(code));
    expect([...answers]).toEqual(['temporarily_unavailable']);
    expect(place.asked).toHaveLength(10_000);
  });

  it('a key that was taken out is good for ten minutes at most, or for as long as its place says', async () => {
    for (const [maxAge, end] of [
      [null, 600_000],
      [3600, 600_000],
      [120, 120_000],
      [0, 60_000],
    ] as const) {
      const place = Object.assign(aPlace(OLD), { maxAge });
      const world = aWorld(place);
      expect(await send(world, OLD)).toBe(200);
      place.keys = [NEW];
      world.time.now = NOON + end - 1;
      expect(await send(world, OLD)).toBe(200);
      world.time.now = NOON + end;
      expect(await send(world, OLD)).toBe(400);
    }
  });

  it('that does not answer goes on with what it gave, for an hour; then nobody is refused, but asked to come again', async () => {
    const place = aPlace(OLD);
    const world = aWorld(place);
    expect(await send(world, OLD)).toBe(200);
    place.up = false;
    world.time.now = NOON + 3_599_999;
    expect(await send(world, OLD)).toBe(200);
    world.time.now = NOON + 3_660_000;
    expect(await send(world, OLD)).toBe(503);
    expect(world.issued()).toBe(2);
    place.up = true;
    world.time.now += 60_000;
    expect(await send(world, OLD)).toBe(200);
  });

  it.each([
    ['is no JSON', 'x'],
    ['is a list', '[]'],
    ['has no keys', '{}'],
    ['has a member twice', `{"keys":[],"keys":[${JSON.stringify(OLD.jwk)}]}`],
    ['[SEC-63] has a private key', JSON.stringify({ keys: [OLD.jwk, OLD.privateKey.export({ format: 'jwk' })] })],
    ['[SEC-63] has a secret key', JSON.stringify({ keys: [OLD.jwk, { kty: 'oct', k: 'AAAA' }] })],
    ['[SEC-63] has a key without its members', JSON.stringify({ keys: [OLD.jwk, { kty: 'EC', crv: 'P-256', x: '' }] })],
    ['has 51 keys', JSON.stringify({ keys: Array(51).fill(OLD.jwk) })],
  ])('that %s counts as one that cannot be had', async (_, text) => {
    const world = aWorld({ fetch: async () => ({ text, maxAgeSeconds: null }) });
    expect(await send(world, OLD)).toBe(503);
    expect(world.issued()).toBe(0);
  });

  it('keys for something else are passed over', async () => {
    const others = [{ kty: 'RSA', use: 'enc', n: 'x', e: 'AQAB' }, { kty: 'LMS' }, OLD.jwk];
    const world = aWorld({ fetch: async () => ({ text: JSON.stringify({ keys: others }), maxAgeSeconds: null }) });
    expect(await send(world, OLD)).toBe(200);
  });

  it('is never fetched by a server that fetches nothing', async () => {
    const world = anAssertionWorld({ idp: { jwks: undefined, jwksUri: URL_OF_KEYS } });
    expect(await send(world, OLD)).toBe(503);
  });
});
