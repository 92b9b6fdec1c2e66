import { describe, expect, it } from 'vitest';
import { seal, unseal } from './envelope.ts';

describe('the column `data`', () => {
  it.each([
    '{"v":1}',
    '{ "v": 2,\n "__proto__": {"admin": true}, "data": {"data":1} }',
    '',
    'no JSON at all }',
    ',"data":',
    '"',
  ])('keeps %j letter by letter', (data) => {
    const envelope = { subject: 'ann', scope: ['read', ',"data":'], audience: [] };
    expect(unseal(seal(envelope, data))).toEqual({ envelope: { v: 1, ...envelope }, data });
  });

  it('is JSON where the data is', () => {
    expect(JSON.parse(seal({ subject: 'a"b' }, '{"x":[1]}'))).toEqual({ v: 1, subject: 'a"b', data: { x: [1] } });
  });

  it('cannot be left by what an owner or client is called', () => {
    const evil = { subject: '","data":{"admin":true}}', clientId: '\\","data":1' };
    expect(unseal(seal(evil, '{"v":1}'))).toEqual({ envelope: { v: 1, ...evil }, data: '{"v":1}' });
  });

  it.each(['', '{}', '{"v":1}', '{"v":2,"data":{}}', '{"data":1', 'x,"data":1}'])('that is %j is corrupt', (column) => {
    expect(() => unseal(column)).toThrow(/did not write/);
  });
});
