import { expect, test } from 'vitest';
import { fileLayer } from '../world.test-support.ts';
import { loadConfig } from './load-config.ts';
import { resolveConfig } from './resolve.ts';
import { shownUrl } from './shown-url.ts';
import { schemeOf } from './store-scheme.ts';

const LEAK = 'Sekret-pg1';

const refused = async (config: Record<string, unknown>): Promise<string> => {
  try {
    await resolveConfig(loadConfig([fileLayer(config, '/')]));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('It was taken.');
};

test.each([
  `//gatehouse:${LEAK}@127.0.0.1:5432/gatehouse`,
  `${LEAK}@127.0.0.1:5432/gatehouse`,
  `postgres ://gatehouse:${LEAK}@127.0.0.1:5432/gatehouse`,
  `{"url": "postgresql://gatehouse:${LEAK}@127.0.0.1/gatehouse"`,
])('[SEC-51] a store that is %s is refused without being shown', async (url) => {
  for (const [config, words] of [
    [{ store: url }, /^store .*does not have the form it needs/],
    [{ store: { url } }, /^store/],
    [{ stores: { Mine: url } }, /^stores\.Mine .*does not have the form it needs/],
  ] as const) {
    const message = await refused(config);
    expect(message).toMatch(words);
    expect(message).not.toContain(LEAK);
  }
});

test.each([
  [`postgresql://gatehouse:${LEAK}@127.0.0.1/gatehouse`, 'postgresql:…'],
  [`PostgreSQL://gatehouse:12?${LEAK}@127.0.0.1/gatehouse`, 'postgresql:…'],
  [`postgresql://gatehouse:12/${LEAK}@127.0.0.1/gatehouse`, 'postgresql:…'],
  [`//gatehouse:${LEAK}@127.0.0.1/gatehouse`, '…'],
  [`sqlite://gatehouse:${LEAK}@127.0.0.1/gatehouse`, 'sqlite:…'],
  ['sqlite:data/gatehouse.db', 'sqlite:data/gatehouse.db'],
  ['cache:mine', 'cache:mine'],
])('[SEC-51] of %s is shown %s', async (url, shown) => {
  expect(shownUrl(url)).toBe(shown);
  expect(await refused({ stores: { Mine: url } })).not.toContain(LEAK);
});

test('a scheme has letters of either case', () => {
  expect(schemeOf('PostgreSQL://db/x')).toBe('postgresql');
  expect(schemeOf(`${LEAK}@db:5432`)).toBe('');
});
