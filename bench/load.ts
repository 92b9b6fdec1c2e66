import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';
import { CLIENT } from './client.ts';

/** What one round of requests was answered with. */
export interface Load {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Microseconds of processor time that the server's process took for one; null where the system does not tell. */
  readonly cpu: number | null;
  /** Answers that were not 200, and connections that broke. */
  readonly failed: number;
}

const CONNECTIONS = 32;
/** Of Linux, in `/proc`. */
const TICKS_PER_SECOND = 100;

const HEADERS = {
  authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`,
  'content-type': 'application/x-www-form-urlencoded',
};

/** One request after the other on each of the connections. */
export async function load(pid: number, url: string, body: string, seconds: number): Promise<Load> {
  const before = cpuSeconds(pid);
  const seen = await autocannon({
    url,
    body,
    method: 'POST',
    headers: HEADERS,
    connections: CONNECTIONS,
    duration: seconds,
  });
  const after = cpuSeconds(pid);
  const answered = seen['2xx'];
  return {
    perSecond: answered / seen.duration,
    p99: seen.latency.p99,
    cpu: before === null || after === null ? null : ((after - before) * 1e6) / answered,
    failed: seen.non2xx + seen.errors + seen.timeouts,
  };
}

/** One request, for what it answers. */
export async function ask(url: string, body: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

function cpuSeconds(pid: number): number | null {
  try {
    const [, user, system] = /^.*\)(?: \S+){11} (\d+) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return (Number(user) + Number(system)) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}
