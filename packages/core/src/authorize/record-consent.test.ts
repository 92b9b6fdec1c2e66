import { describe, expect, it } from 'vitest';
import { aWorld } from '../grants/world.test-support.ts';
import { consentedScope, consentKey } from './consent.ts';
import { recordConsent } from './record-consent.ts';
import { removeConsent } from './remove-consent.ts';

const KEY = consentKey('app', 'ann');

function aRecord() {
  const world = aWorld();
  const { context, store } = world;
  const read = () => store.find('consent', KEY);
  const record = async (over: { ticked?: string[]; carried?: string[]; register?: Awaited<ReturnType<typeof read>> }) =>
    recordConsent(context, {
      clientId: 'app',
      subject: 'ann',
      ticked: [],
      carried: [],
      now: world.time.now,
      register: await read(),
      ...over,
    });
  return { context, record, read, scope: async () => consentedScope(await read()) };
}

describe('the record of a consent', () => {
  it('[AX-230] none of 50 decisions at once is lost', async () => {
    const { record, scope } = aRecord();
    const all = Array.from({ length: 50 }, (_, index) => `s${index}`);
    // Each read nothing before the first was written, and meets the others' writes.
    for (const name of all) await record({ ticked: [name], register: undefined });
    expect(await scope()).toEqual(all);
  });

  it('a decision on a record that was taken back meanwhile does not bring it back', async () => {
    const { context, record, read, scope } = aRecord();
    await record({ ticked: ['read'] });
    const register = await read();
    await removeConsent(context, 'app', 'ann', 'trace-1');
    expect(await record({ ticked: ['write'], carried: ['read'], register })).toBe('gone');
    expect(await scope()).toBeNull();
    // What stands on nothing but what was ticked starts a new one.
    expect(await record({ ticked: ['write'], register })).toBe('recorded');
    expect(await scope()).toEqual(['write']);
  });

  it('gives up after three rounds, as unavailable', async () => {
    const { context, record } = aRecord();
    await record({ ticked: ['read'] });
    context.store.write = async () => 'outdated';
    await expect(record({ ticked: ['write'] })).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
