import { setTimeout as sleep } from 'node:timers/promises';
import type { StartedServer } from '@gatehouse/testkit';
import { Client } from './client.ts';

/** What a load has seen. */
export interface Seen {
  codes: number;
  redeemed: number;
  refreshed: number;
  revoked: number;
  /** Requests that nobody could answer: 503, or no answer at all. */
  unavailable: number;
  /** A token that was answered and was not active when it was asked for next, by the other server. */
  missedAtFirst: number;
}

/** What must never be. */
export interface Violations {
  /** Two answers with tokens for one code. */
  usedTwice: number;
  /** Active after its revocation was answered. */
  aliveAfterRevocation: number;
}

export interface Load {
  readonly seen: Seen;
  readonly violations: Violations;
  /** Access tokens that were answered and never revoked, by nobody. */
  readonly kept: string[];
  /** Access tokens whose revocation, or that of their family, was answered. */
  readonly ended: string[];
  /** Until so many more codes were redeemed, by a load that goes on. @throws Error where it does not */
  more(codes: number): Promise<void>;
  stop(): Promise<void>;
}

const WORKERS = 4;
/** Milliseconds in which a load that goes on has redeemed something. */
const GOES_ON_WITHIN_MS = 120_000;

/** Codes, refreshes and revocations through both servers, again and again, until it is stopped. */
export function startLoad(servers: readonly [StartedServer, StartedServer]): Load {
  const seen: Seen = { codes: 0, redeemed: 0, refreshed: 0, revoked: 0, unavailable: 0, missedAtFirst: 0 };
  const violations: Violations = { usedTwice: 0, aliveAfterRevocation: 0 };
  const load = { seen, violations, kept: [] as string[], ended: [] as string[] };
  let running = true;
  const work = async (worker: number): Promise<void> => {
    const client = new Client();
    for (let round = worker; running; round++) {
      const [here, there] = round % 2 === 0 ? servers : [servers[1], servers[0]];
      await oneRound(client, here, there, round, load);
      await sleep(20);
    }
    client.close();
  };
  const workers = Array.from({ length: WORKERS }, (_, worker) => work(worker));
  return {
    ...load,
    async more(codes) {
      const wanted = seen.redeemed + codes;
      let last = seen.redeemed;
      let end = performance.now() + GOES_ON_WITHIN_MS;
      while (seen.redeemed < wanted) {
        if (seen.redeemed > last) {
          last = seen.redeemed;
          end = performance.now() + GOES_ON_WITHIN_MS;
        }
        if (performance.now() > end) throw new Error(`The load has come to a halt: ${JSON.stringify(seen)}`);
        await sleep(50);
      }
    },
    async stop() {
      running = false;
      await Promise.all(workers);
    },
  };
}

type Sofar = Omit<Load, 'more' | 'stop'>;

async function oneRound(
  client: Client,
  here: StartedServer,
  there: StartedServer,
  round: number,
  load: Sofar,
): Promise<void> {
  const { seen } = load;
  const code = await client.code(here);
  if (code === null) {
    seen.unavailable++;
    return;
  }
  seen.codes++;
  if (round % 3 === 0) return race(client, here, there, code, load);
  const redeemed = await client.redeem(there, code);
  if (redeemed.status !== 200) {
    seen.unavailable++;
    return;
  }
  seen.redeemed++;
  const first = String(redeemed.body['access_token']);
  if ((await client.isActive(here, first)) === false) seen.missedAtFirst++;
  const refreshed = await client.refresh(here, String(redeemed.body['refresh_token']));
  if (refreshed.status !== 200) {
    seen.unavailable++;
    load.kept.push(first);
    return;
  }
  seen.refreshed++;
  const second = String(refreshed.body['access_token']);
  if (round % 3 === 1) {
    load.kept.push(first, second);
    return;
  }
  // Half of them end the token alone, half the family.
  const alone = round % 2 === 0;
  const ended = await client.revoke(there, alone ? first : String(refreshed.body['refresh_token']));
  if (ended.status !== 200) {
    seen.unavailable++;
    return;
  }
  seen.revoked++;
  const dead = alone ? [first] : [first, second];
  if (alone) load.kept.push(second);
  load.ended.push(...dead);
  for (const token of dead)
    for (const server of [here, there])
      if ((await client.isActive(server, token)) === true) load.violations.aliveAfterRevocation++;
}

/** One code, through both at once; what came of it is ended by its replay, so nothing is kept. */
async function race(client: Client, here: StartedServer, there: StartedServer, code: string, load: Sofar) {
  const answers = await Promise.all([here, there, here, there].map((server) => client.redeem(server, code)));
  const won = answers.filter(({ status }) => status === 200);
  if (won.length > 1) load.violations.usedTwice++;
  load.seen.redeemed += won.length;
  load.seen.unavailable += answers.filter(({ status }) => status === 0 || status === 503).length;
}
