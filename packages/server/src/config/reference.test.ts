import { describe, expect, test } from 'vitest';
import { configurationPage, configurationSchema } from './reference.ts';
import { SETTINGS } from './settings/index.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

function at(schema: Schema | undefined, [step, ...rest]: readonly string[]): Schema | undefined {
  if (step === undefined) return schema;
  if (step === '[]') return at(schema?.items, rest);
  if (step === '*') return at(schema?.additionalProperties as Schema, rest);
  return at(schema?.properties?.[step], rest);
}

describe('the page of the manual', () => {
  const page = configurationPage();

  test('has a row for each setting, with value, meaning and the reference system’s name', () => {
    for (const { key, reference } of SETTINGS) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${key}\` |`));
      expect(row, key).toBeDefined();
      expect(row?.replaceAll('\\|', '').split('|')).toHaveLength(7);
      if (reference !== undefined) expect(row).toContain(`\`${reference}\``);
    }
  });

  test('shows defaults with their unit, and those of grants that differ', () => {
    expect(page).toMatch(/\| `listener\.port` \|.*\| `8089` \|/);
    expect(page).toMatch(/\| `authorize\.code\.ttlSeconds` \|.*\| `600` s \|/);
    expect(page).toMatch(
      /\| `grants\.\*\.refreshToken\.mode` \|.*\| `new`; implicit: `none`; client_credentials: `none`;/,
    );
  });
});

describe('the schema for editors', () => {
  const schema = JSON.parse(configurationSchema()) as Schema;

  test('describes each setting where it stands', () => {
    for (const { key, meaning } of SETTINGS) expect(at(schema, key.split('.'))?.description, key).toBe(meaning);
  });

  test('takes nothing beside them', () => {
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties?.['listener']?.additionalProperties).toBe(false);
  });
});
