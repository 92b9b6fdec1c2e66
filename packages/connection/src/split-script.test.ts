import { expect, it } from 'vitest';
import { splitScript } from './split-script.ts';

it('gives the statements, without what stands between them', () => {
  const script = `-- a comment; with a semicolon

CREATE TABLE a (
  -- what it is for;
  x int
);
GO
INSERT INTO a VALUES (';');
/
   COMMIT;
`;
  expect(splitScript(script)).toEqual([
    'CREATE TABLE a (\n  -- what it is for;\n  x int\n)',
    "INSERT INTO a VALUES (';')",
    'COMMIT',
  ]);
});

it('sends what was cut off, so that the database says so', () => {
  expect(splitScript('CREATE TABLE a (')).toEqual(['CREATE TABLE a (']);
});
