import { createRequire } from 'node:module';
import type { Lexer, Parser } from 'antlr4ts';

// All four of its grammars are in one module of another kind, which is loaded only here.
const require = createRequire(import.meta.url);

export type GrammarName = 'mssql' | 'oracle';

type Make<T> = new (input: unknown) => T;

interface Grammar {
  readonly lexer: Make<Lexer>;
  readonly parser: Make<Parser & { tsql_file?(): unknown; sql_script?(): unknown }>;
  /** What must stand behind a statement. */
  readonly end: string;
}

function load(): Readonly<Record<GrammarName, Grammar>> {
  const all = require('antlr4ts-sql');
  return {
    mssql: { lexer: all.TSqlLexer, parser: all.TSQLGrammar.TSqlParser, end: '' },
    oracle: { lexer: all.PlSqlLexer, parser: all.PlSQLGrammar.PlSqlParser, end: ';' },
  };
}

let loaded: ReturnType<typeof load> | undefined;

/** What the grammar of a database, as others have written it down, has against a text; nothing: it is one. */
export function objectionsTo(name: GrammarName, text: string): readonly string[] {
  loaded ??= load();
  const { CharStreams, CommonTokenStream } = require('antlr4ts') as typeof import('antlr4ts');
  const objections: string[] = [];
  const listener = {
    syntaxError: (_: unknown, __: unknown, line: number, column: number, message: string) =>
      void objections.push(`${line}:${column} ${message}`),
  };
  const grammar = loaded[name];
  // The grammars know keywords in capitals only.
  const lexer = new grammar.lexer(CharStreams.fromString(text.toUpperCase() + grammar.end));
  const parser = new grammar.parser(new CommonTokenStream(lexer));
  for (const part of [lexer, parser] as { removeErrorListeners(): void; addErrorListener(one: unknown): void }[]) {
    part.removeErrorListeners();
    part.addErrorListener(listener);
  }
  if (name === 'mssql') parser.tsql_file?.();
  else parser.sql_script?.();
  return objections;
}
