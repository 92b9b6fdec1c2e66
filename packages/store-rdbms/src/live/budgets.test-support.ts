import { Browser, type Case, Site } from '@gatehouse/conformance';
import type { SentStatement } from '../index.ts';

/** What one flow may cost; rows are those of the statements that write. */
export interface Budget {
  readonly reads: number;
  readonly writes: number;
  readonly rows: number;
}

/** What was sent since it was last asked for. */
export type Sent = () => readonly SentStatement[];

const READ = /^(?:find|seen|list|count_read|once_read)/;

function costOf(statements: readonly SentStatement[]): Budget {
  const [reads, writes] = [statements.filter(({ id }) => READ.test(id)), statements.filter(({ id }) => !READ.test(id))];
  return { reads: reads.length, writes: writes.length, rows: writes.reduce((sum, { rows }) => sum + rows, 0) };
}

/**
 * Each flow of performance.md with its budget.
 * @param writesOfChange statements of a change with one token: 1 where they go together, else 2 in a transaction
 */
export function budgetCase(sent: Sent, writesOfChange: number): Case {
  return {
    id: 'budgets',
    promise: 'Every flow takes the statements and writes the rows that its budget names, and no more.',
    async run(t) {
      const site = new Site(t);
      const browser = new Browser(site);
      const cost = async (what: string, budget: Budget, flow: () => Promise<unknown>): Promise<void> => {
        sent();
        await flow();
        t.same(costOf(sent()), budget, what);
      };
      // Together in one statement, whose count is that of its last part.
      const change = writesOfChange === 1 ? { writes: 1, rows: 1 } : { writes: 2, rows: 2 };

      // Signs in and consents.
      await browser.code();
      let code = '';
      await cost('authorize, consent remembered', { reads: 2, writes: 1, rows: 1 }, async () => {
        code = await browser.code();
      });
      let tokens: Readonly<Record<string, unknown>> = {};
      await cost('code to tokens', { reads: 3, ...change }, async () => {
        tokens = (await site.redeem(code)).body;
      });
      await cost('refresh', { reads: 1, ...change }, async () => {
        tokens = (await site.refresh(String(tokens['refresh_token']))).body;
      });
      const access = String(tokens['access_token']);
      await cost('introspect', { reads: 1, writes: 0, rows: 0 }, () => site.isActive(t, access, true));
      await cost('tokeninfo', { reads: 1, writes: 0, rows: 0 }, () => site.tokeninfo(access));
      await cost('revoke an access token', { reads: 1, writes: 1, rows: 1 }, () => site.revoke(access));
      await cost('revoke a refresh token', { reads: 1, writes: 1, rows: 1 }, () =>
        site.revoke(String(tokens['refresh_token'])),
      );
      await cost('client credentials', { reads: 0, writes: 1, rows: 1 }, () =>
        site.token({ grant_type: 'client_credentials' }),
      );

      sent();
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => site.token({ grant_type: 'client_credentials' })),
      );
      t.holds(
        answers.every(({ status }) => status === 200),
        'a hundred at once are answered',
      );
      const together = costOf(sent());
      t.same([together.reads, together.rows], [0, 100], 'reads, and rows written, of a hundred at once');
      t.holds(together.writes <= 10, 'a hundred at once go in few statements', together.writes);
    },
  };
}
