import path from 'node:path';
import { DEFAULT_SETTINGS } from '@gatehouse/core';
import { describe, expect, test } from 'vitest';
import { TEMPLATE_NAMES } from '../views/views.ts';
import { fileLayer } from '../world.test-support.ts';
import { coreSettings } from './core-settings.ts';
import { DEFAULT_CONFIG } from './defaults.ts';
import { knownVariables, variableOf } from './environment.ts';
import { putAt, valueAt } from './layer.ts';
import { loadConfig } from './load-config.ts';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings/index.ts';

/** A path that data could have, for a key with `*` and `[]`. */
const pathOf = ({ key }: Setting): readonly string[] =>
  key.split('.').map((step) => (step === '*' ? 'client_credentials' : step === '[]' ? '0' : step));

function configWith(setting: Setting, value: unknown): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  putAt(root, pathOf(setting), value);
  for (const [list, item] of [
    ['clients', { id: 'a' }],
    ['owners', { username: 'u', passwordHash: 'argon2id:x' }],
    ['trustedIssuers', { issuer: 'i' }],
  ] as const)
    if (root[list]) root[list] = [{ ...item, ...(root[list] as Record<string, object>)['0'] }];
  return JSON.parse(JSON.stringify(root)) as Record<string, unknown>;
}

function leaves(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path.join('.')];
  const entries = Object.entries(value);
  return entries.length === 0 ? [path.join('.')] : entries.flatMap(([name, member]) => leaves(member, [...path, name]));
}

describe('the table of settings', () => {
  test('has each default of core and of the server, and none twice', () => {
    const keys = new Set(SETTINGS.map(({ key }) => key));
    expect(keys.size).toBe(SETTINGS.length);
    const without = leaves(DEFAULT_CONFIG)
      .map((key) => key.replace(/^grants\.[^.]+\./, 'grants.*.'))
      .filter((key) => !keys.has(key));
    expect([...new Set(without)]).toEqual([]);
  });

  test('gives every setting a variable of its own', () => {
    const plain = SETTINGS.map(({ key }) => key).filter((key) => !/[*[]/.test(key));
    expect(new Set(plain.map(variableOf)).size).toBe(plain.length);
    expect(new Set(knownVariables()).size).toBe(knownVariables().length);
  });

  test('names every page that can be replaced', () => {
    const named = SETTINGS.map(({ key }) => key).filter((key) => key.startsWith('pages.templates.'));
    expect(named.sort()).toEqual(TEMPLATE_NAMES.map((name) => `pages.templates.${name}`).sort());
  });

  test('its defaults, through the configuration and back, are those of core', () => {
    const settings = coreSettings(loadConfig([]).config, 'https://as.example', {
      errorDescriptions: {},
      mtlsAuthorities: [],
      trustedIssuers: new Map(),
    });
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, issuer: 'https://as.example' });
  });
});

const GOOD: Record<Setting['type']['from'], readonly unknown[]> = {
  text: ['text', '/path', 'https://as.example', 'cache:', 'x-1', 'argon2id:x', 'en'],
  number: [1, 60, 100],
  boolean: [true, false],
  list: [['password'], ['code'], ['client_secret_post'], ['a'], ['10.0.0.0/8', '::1'], 'a-secret'],
  json: [{ a: 'b' }, { keys: [] }, { sanDns: 'a' }, 'text'],
};

/** The choices of a type that names them. */
const choices = ({ type }: Setting): readonly string[] =>
  type.must.startsWith('one of ') ? [...type.must.matchAll(/"([^"]*)"/g)].map(([, choice = '']) => choice) : [];

const data = SETTINGS.filter(({ type }) => !type.code);

describe('[SEC-87] every setting round-trips', () => {
  test.each(data.map((setting) => [setting.key, setting] as const))('%s', (_, setting) => {
    const candidates = [...choices(setting), ...GOOD[setting.type.from]];
    const accepted = candidates.filter((value) => {
      try {
        loadConfig([fileLayer(configWith(setting, value))]);
        return true;
      } catch {
        return false;
      }
    });
    expect(accepted).not.toEqual([]);
    for (const value of accepted) {
      const { config } = loadConfig([fileLayer(configWith(setting, value))]);
      const kept = valueAt(config, pathOf(setting));
      if (!setting.type.path) expect(kept).toEqual(value);
      else expect([kept].flat()).toEqual([value].flat().map((text) => path.resolve('/etc/gatehouse', String(text))));
    }
  });
});

describe('[SEC-58] every setting refuses what it is not', () => {
  const wrong: readonly unknown[] = [null, { nothing: { like: 'it' } }, [[]], Number.NaN];
  test.each(data.map((setting) => [setting.key, setting] as const))('%s', (_, setting) => {
    const takesAnyObject = setting.type.must === 'an object of names and values';
    for (const value of wrong.filter((_, i) => !(takesAnyObject && i === 1))) {
      const config = configWith(setting, 'placeholder');
      putAt(config, pathOf(setting), value);
      let message = '';
      try {
        loadConfig([fileLayer(config)]);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toContain(pathOf(setting).join('.'));
      expect(message).toContain('gatehouse.config.yaml');
      expect(message).not.toContain('undefined');
    }
  });
});
