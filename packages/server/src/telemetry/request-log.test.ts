import { createEmitter, type Key } from '@gatehouse/core';
import { describe, expect, test } from 'vitest';
import { createLog, type LogLevel } from './log.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';

async function aLog(level: LogLevel) {
  const lines: string[] = [];
  const log = await createLog({ level, format: 'json', write: (line) => void lines.push(line) });
  const events = createEmitter();
  const requestLog: RequestLog = createRequestLog(log, events);
  const records = (): readonly Record<string, unknown>[] => lines.map((line) => JSON.parse(line));
  return { events, requestLog, records };
}

const ANSWER = { traceId: 't1', method: 'POST', path: '/token', status: 400, ms: 1, clientAddress: '192.0.2.1' };
const REFUSED = { endpoint: 'token', error: 'invalid_grant', check: 'code-unspent', expected: null, got: null };

describe('the log of requests', () => {
  test('is one line each, with what happened under its trace id', async () => {
    const { events, records, requestLog } = await aLog('info');
    requestLog.begin('t1');
    events.emit('request.refused', { traceId: 't1', clientId: 'app', ...REFUSED });
    requestLog.end(ANSWER);
    expect(records()).toHaveLength(1);
    expect(records()[0]).toMatchObject({
      level: 'info',
      traceId: 't1',
      status: 400,
      'request.refused': { check: 'code-unspent', clientId: 'app' },
    });
  });

  test('warns of a replay where requests are not logged, and of no other end of a grant', async () => {
    const { events, records, requestLog } = await aLog('warn');
    const grant = { traceId: 't1', grantId: 'k'.repeat(43) as Key, clientId: 'app', subject: 'ann' };
    requestLog.begin('t1');
    events.emit('grant.revoked', { ...grant, reason: 'consent removed' });
    for (const reason of ['code replayed', 'refresh token reused']) events.emit('grant.revoked', { ...grant, reason });
    requestLog.end(ANSWER);
    expect(records()).toMatchObject([
      { level: 'warn', traceId: 't1', clientId: 'app', reason: 'code replayed' },
      { level: 'warn', traceId: 't1', clientId: 'app', reason: 'refresh token reused' },
    ]);
  });

  test('gives the alarm of a store that is behind at every level that shows errors', async () => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      const { events, records, requestLog } = await aLog(level);
      requestLog.begin('t1');
      events.emit('store.behind', { traceId: 't1', grantId: 'k'.repeat(43) as Key, clientId: 'app' });
      requestLog.end(ANSWER);
      const alarms = records().filter((record) => record['level'] === 'error');
      expect(alarms, level).toMatchObject([{ traceId: 't1', clientId: 'app' }]);
    }
  });
});
