import { describe, expect, test } from 'vitest';
import { originOf } from './client-address.ts';

const direct = { address: '10.0.0.1', scheme: 'http' } as const;
const headers = (given: Record<string, string>): Headers => new Headers(given);

describe('[SEC-44] the client address', () => {
  test('is the connection’s with 0 hops, whatever headers say', () => {
    const forged = headers({ 'X-Forwarded-For': '1.2.3.4', 'X-Forwarded-Proto': 'https', Forwarded: 'for=1.2.3.4' });
    expect(originOf(forged, direct, 0)).toEqual(direct);
  });

  test('is the n-th from the right with n hops', () => {
    const chain = headers({ 'X-Forwarded-For': '6.6.6.6, 192.0.2.1, 10.0.0.9' });
    expect(originOf(chain, direct, 1).address).toBe('10.0.0.9');
    expect(originOf(chain, direct, 2).address).toBe('192.0.2.1');
    expect(originOf(chain, direct, 3).address).toBe('6.6.6.6');
  });

  test('is the first there is where the chain is shorter, and the connection’s without one', () => {
    expect(originOf(headers({ 'X-Forwarded-For': '192.0.2.1' }), direct, 3).address).toBe('192.0.2.1');
    expect(originOf(headers({}), direct, 1).address).toBe('10.0.0.1');
  });

  test('comes without port and brackets', () => {
    const address = (entry: string): string => originOf(headers({ 'X-Forwarded-For': entry }), direct, 1).address;
    expect(address('192.0.2.1:4711')).toBe('192.0.2.1');
    expect(address('[2001:db8::1]:4711')).toBe('2001:db8::1');
    expect(address('[2001:db8::1]')).toBe('2001:db8::1');
    expect(address('2001:db8::1')).toBe('2001:db8::1');
  });
});

test('the scheme is what the trusted proxy says', () => {
  expect(originOf(headers({ 'X-Forwarded-Proto': 'https' }), direct, 1).scheme).toBe('https');
  expect(originOf(headers({ 'X-Forwarded-Proto': 'https, http' }), direct, 1).scheme).toBe('http');
  expect(originOf(headers({}), direct, 1).scheme).toBe('http');
});
