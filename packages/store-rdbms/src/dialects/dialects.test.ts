import { describe, expect, it } from 'vitest';
import { CompiledCatalogue } from '../database/compiled-catalogue.ts';
import { SWEPT_NAMES } from '../tables.ts';
import type { Dialect } from './dialect.ts';
import { ALL_DIALECTS, dialectNamed } from './index.ts';
import { postgresql } from './postgresql.ts';

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ');

/** Every text of a dialect by its name; of one that grows with its rows, the row stands in brackets. */
function textsOf({ catalogue }: Dialect): ReadonlyMap<string, string> {
  const texts = new Map<string, string>([...catalogue.statements].map(([id, { text }]) => [id, oneLine(text)]));
  if (catalogue.changeAndToken) texts.set('change_and_token', oneLine(catalogue.changeAndToken.text));
  for (const [id, many] of catalogue.many)
    texts.set(
      id,
      many.form === 'arrays'
        ? oneLine(many.text)
        : `${oneLine(many.head)} [${oneLine(many.row)}]${many.between}…${oneLine(many.tail)}`,
    );
  return texts;
}

/** All dialects side by side: those that share a text share a line. */
function sideBySide(): string {
  const all = new Map<string, Map<string, string[]>>();
  for (const dialect of ALL_DIALECTS)
    for (const [id, text] of textsOf(dialect)) {
      const texts = all.get(id) ?? new Map<string, string[]>();
      texts.set(text, [...(texts.get(text) ?? []), dialect.name]);
      all.set(id, texts);
    }
  const sections = [...all].map(([id, texts]) => {
    const lines = [...texts].map(([text, names]) => `${names.join(', ')}:\n\n    ${text}\n`);
    return `## ${id}\n\n${lines.join('\n')}`;
  });
  return `# Every statement of every dialect\n\n${sections.join('\n')}`;
}

const PURGES: Readonly<Record<Dialect['catalogue']['purge'], readonly string[]>> = {
  returning: SWEPT_NAMES.flatMap((name) => [`purge_${name}`, `own_purge_${name}`]),
  counted: SWEPT_NAMES.flatMap((name) => [`purge_${name}`, `own_purge_${name}`]),
  picked: SWEPT_NAMES.flatMap((name) => [`purge_pick_${name}`, `own_purge_pick_${name}`, `purge_picked_${name}`]),
};

const REFERENCE =
  /\b(?:FROM|JOIN|INTO|UPDATE) (oauth_\w+)(?: WITH \([A-Z, ]+\))?(?: (?:AS )?(?!(?:AS|CROSS|FETCH|FOR|INNER|JOIN|LEFT|LIMIT|ON|ORDER|SELECT|SET|USING|VALUES|WHERE|WITH)\b)(\w+))?/g;

/** The tables that a text looks into without saying whose rows: joined, or in a query within the query, for instance. */
function withoutNamespace(whole: string): readonly string[] {
  // Removed by the place of a row that the query within has found: it is that query which must say whose.
  const text = whole.replace(/DELETE FROM \w+ WHERE (?:ctid = ANY\(ARRAY|rowid IN) ?\(/, '');
  const references = [...text.matchAll(REFERENCE)].map(([, table = '', alias]) => ({ table, alias }));
  const unnamed = references.filter(({ alias }) => alias === undefined);
  // Without a name of its own a table has its column named alone: once for each of them.
  const alone = [...text.matchAll(/(?<![.:\w])tenant_id\b(?= = |, | IN)/g)].length;
  return [
    ...references
      .filter(({ alias }) => alias !== undefined && !new RegExp(`\\b${alias}(?:\\.| \\()tenant_id\\b`).test(text))
      .map(({ table }) => table),
    ...unnamed.slice(alone).map(({ table }) => table),
  ];
}

describe('the statements', () => {
  it('are exactly these, on each dialect', async () => {
    // A change of one is a change of this file: `vitest -u` writes it, and a person reads the difference.
    await expect(sideBySide()).toMatchFileSnapshot('./statements.md');
  });

  it.each(ALL_DIALECTS.map((dialect) => [dialect.name, dialect] as const))('of %s are complete', (_, dialect) => {
    const standard = [...textsOf(postgresql).keys()].filter(
      (id) => !/^(?:own_)?purge/.test(id) && id !== 'change_and_token',
    );
    const wanted = new Set([...standard, ...PURGES[dialect.catalogue.purge]]);
    const own = textsOf(dialect);
    for (const id of wanted) expect(own.has(id), id).toBe(true);
  });

  it.each(ALL_DIALECTS.map((dialect) => [dialect.name, dialect] as const))(
    'of %s name the namespace, but for the sweep, the lease, the clock and the schema',
    (_, dialect) => {
      for (const [id, text] of textsOf(dialect)) {
        const ofTheDatabase = /^(?:purge|oldest|backlog|lease|clock|schema)/.test(id);
        expect(text.includes(':tenant_id'), id).toBe(!ofTheDatabase || id.startsWith('purge_picked'));
        if (!ofTheDatabase) expect(withoutNamespace(text), `${id}: ${text}`).toEqual([]);
      }
    },
  );

  it.each([
    'SELECT r.data FROM oauth_grant r LEFT JOIN oauth_client_epoch c ON c.client_id = r.client_id WHERE r.tenant_id = :tenant_id',
    'SELECT data FROM oauth_grant WHERE tenant_id = :tenant_id AND client_id IN (SELECT client_id FROM oauth_client)',
    'UPDATE oauth_grant SET state = (SELECT e.version FROM oauth_client_epoch e) WHERE tenant_id = :tenant_id',
  ])('are seen to name it for one table and not for the other: %s', (text) => {
    expect(withoutNamespace(text)).toHaveLength(1);
  });

  it.each(ALL_DIALECTS.map((dialect) => [dialect.name, dialect] as const))(
    'of %s that remove look at purge_at once more',
    (_, dialect) => {
      for (const [id, text] of textsOf(dialect))
        if (/^(?:own_)?purge_(?!pick_)/.test(id)) expect(text, id).toMatch(/purge_at < :before/);
    },
  );

  it('of MySQL hold nothing that one of its two servers lacks', () => {
    for (const [id, text] of textsOf(dialectNamed('mysql'))) {
      expect(text, id).not.toMatch(/RETURNING|ON DUPLICATE|INSERT IGNORE|ON CONFLICT|VALUES\(|REPLACE INTO|`/);
    }
  });

  it('are compiled for a schema without touching anything but the tables', () => {
    const catalogue = new CompiledCatalogue(postgresql, 'oauth');
    const texts = catalogue.all.map(({ text }) => text).join('\n');
    expect(texts).not.toMatch(/(?:FROM|INTO|UPDATE|JOIN) oauth_/);
    expect(catalogue.statement('find_grant').text).toContain(
      'FROM "oauth".oauth_grant r LEFT JOIN "oauth".oauth_client_epoch c',
    );
    expect(catalogue.qualified('CREATE INDEX oauth_grant_purge ON oauth_grant (purge_at)')).toBe(
      'CREATE INDEX oauth_grant_purge ON "oauth".oauth_grant (purge_at)',
    );
  });

  it('for several rows come in sizes of powers of two, as many as the dialect has parameters for', () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({
      tenant_id: 't',
      token_hash: `k${index}`,
      grant_key: null,
      client_id: 'c',
      issued_at: 0,
      expires_at: 0,
      purge_at: 0,
      data: 'd',
    }));
    const sizes = (dialect: Dialect): readonly number[] =>
      new CompiledCatalogue(dialect, undefined)
        .parts('add_access_token', {}, rows)
        .map(({ compiled }) => Number(/_(\d+)$/.exec(compiled.id)?.[1] ?? rows.length));
    expect(sizes(postgresql)).toEqual([300]);
    expect(sizes(dialectNamed('mysql'))).toEqual([256, 32, 8, 4]);
    expect(sizes({ ...dialectNamed('mysql'), maxParameters: 2_100 })).toEqual([128, 128, 32, 8, 4]);
  });
});

describe('a dialect', () => {
  it('is never guessed', () => {
    for (const name of ['', 'pg', 'cockroachdb', 'constructor', '__proto__'])
      expect(() => dialectNamed(name)).toThrow(/There is no dialect/);
  });

  it('of MariaDB is that of MySQL', () => {
    expect(dialectNamed('mariadb')).toBe(dialectNamed('mysql'));
  });
});
