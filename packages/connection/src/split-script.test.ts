import { expect, it } from 'vitest';
import { splitScript } from './split-script.ts';

it.each([
  ['\n', 'Unix'],
  ['\r\n', 'Windows'],
])('gives the statements, without what stands between them, of lines that end by %j as on %s', (end) => {
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
  expect(splitScript(script.replaceAll('\n', end))).toEqual([
    'CREATE TABLE a (\n  -- what it is for;\n  x int\n)',
    "INSERT INTO a VALUES (';')",
    'COMMIT',
  ]);
});

it('sends what was cut off, so that the database says so', () => {
  expect(splitScript('CREATE TABLE a (')).toEqual(['CREATE TABLE a (']);
});
