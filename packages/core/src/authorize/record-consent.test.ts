import { describe, expect, it } from 'vitest';
import { aWorld } from '../grants/world.test-support.ts';
import { consentedScope, consentKey, isConsented, readConsent } from './consent.ts';
import { recordConsent } from './record-consent.ts';
import { removeConsent } from './remove-consent.ts';

const KEY = consentKey('app', 'ann');

function aRecord() {
  const world = aWorld();
  const { context, store } = world;
  const read = () => store.find('consent', KEY);
  const record = async (over: {
    ticked?: string[];
    carried?: string[];
    audience?: string[];
    register?: Awaited<ReturnType<typeof read>>;
  }) =>
    recordConsent(context, {
      clientId: 'app',
      subject: 'ann',
      ticked: [],
      carried: [],
      audience: [],
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

  it('keeps for each scope the resources it was allowed for, whatever its name, and reads records without any', async () => {
    const { record, read } = aRecord();
    await record({ ticked: ['__proto__', 'read'] });
    await record({ ticked: ['__proto__'], audience: ['https://a.example'] });
    await record({ ticked: ['write', '__proto__'], audience: ['https://b.example', 'https://a.example'] });
    const register = await read();
    expect([...(readConsent(register) ?? [])].map(([scope, resources]) => [scope, [...resources]])).toEqual([
      ['__proto__', ['https://a.example', 'https://b.example']],
      ['read', []],
      ['write', ['https://b.example', 'https://a.example']],
    ]);
    const before = register && { ...register, state: JSON.stringify({ v: 1, scope: ['read'], changedAt: 1 }) };
    expect(isConsented(readConsent(before), 'read', [])).toBe(true);
    expect(isConsented(readConsent(before), 'read', ['https://a.example'])).toBe(false);
    expect(isConsented(readConsent(before), 'toString', [])).toBe(false);
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
