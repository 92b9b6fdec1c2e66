import type { Question } from '../self-check/question.ts';
import { TABLES } from '../tables.ts';
import type { DialectName } from './names.ts';

const listed = (expression: (table: string) => string): string => TABLES.map(expression).join(', ');

/** What must hold of our tables once they are there, beside their columns and keys. */
export const TABLE_QUESTIONS: Readonly<Partial<Record<DialectName, readonly Question[]>>> = {
  postgresql: [
    {
      // As the statements find them: by the search_path, where no schema is configured.
      text: `
        SELECT n.nspname AS schema_name, c.relname AS table_name
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid IN (${listed((table) => `to_regclass('${table}')`)})`,
      refuses: (rows) => {
        const home = rows.find((row) => row['table_name'] === 'oauth_schema')?.['schema_name'];
        const stranger = rows.find((row) => row['schema_name'] !== home);
        return stranger === undefined
          ? null
          : `The table ${stranger['table_name']} is found in the schema ${stranger['schema_name']}, and oauth_schema in ${home}: the search_path mixes two schemas; name the right one by \`schema\`.`;
      },
    },
  ],
  mysql: [
    {
      text: `
        SELECT table_name AS table_name, engine AS engine FROM information_schema.tables
         WHERE table_schema = DATABASE() AND table_name IN (${listed((table) => `'${table}'`)})`,
      refuses: (rows) => {
        const other = rows.find((row) => row['engine'] !== 'InnoDB');
        return other === undefined
          ? null
          : `The table ${other['table_name']} has the engine ${other['engine'] ?? 'of no table'}, which has not the transactions of InnoDB: ALTER TABLE ${other['table_name']} ENGINE = InnoDB.`;
      },
    },
  ],
};
