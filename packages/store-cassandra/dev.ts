import { CASES, formatFailure, isFailure, runCase } from '@gatehouse/conformance';
import { cassandraCluster } from '@gatehouse/testkit';
import { cassandraTarget } from './src/live/conformance-target.test-support.ts';

const [nodes = '1', read = 'ONE', write = 'ANY', only = '.', scale = '0.05'] = process.argv.slice(2);
const c = await cassandraCluster({ nodes: Number(nodes) });
if (!c.available) throw new Error(c.reason);
console.time('migrate');
const { target, close } = await cassandraTarget(c.value, { read, write } as any, Math.min(3, Number(nodes)));
const cl = c.value;
console.timeEnd('migrate');
const t = {
  ...target,
  scale: Number(scale),
  caseMs: 240_000,
  restart: async (store: any) => {
    await cl.end(1, 'SIGKILL');
    await cl.restart(1);
    return store;
  },
  exhaust: async () => {
    for (let i = 1; i <= Number(nodes); i++) cl.pause(i);
    return {
      deadlineMs: 20_500,
      release: async () => {
        for (let i = 1; i <= Number(nodes); i++) cl.resume(i);
      },
    };
  },
};
/* LOGERR */
import { CassandraStore } from './src/index.ts';
if (process.env.LOGERR) for (const m of ['find', 'write', 'once', 'revoke', 'list', 'count', 'ping']) { const f = (CassandraStore.prototype as any)[m]; (CassandraStore.prototype as any)[m] = async function (...a: any[]) { try { return await f.apply(this, a); } catch (e: any) { if (e.kind !== 'invalid') console.log('   !', m, e.kind, e.cause?.name, e.cause?.message?.slice(0, 150), e.cause?.code, JSON.stringify(e.cause?.hosts)); throw e; } }; }
const re = new RegExp(only);
let kept = 0,
  bad = 0;
const t0 = Date.now();
for (const each of CASES) {
  if (!re.test(each.id)) continue;
  const r = await runCase(each, t as any);
  if (isFailure(r)) {
    bad++;
    console.log('×', each.id, r.ms, formatFailure(r).slice(0, 1800));
  } else {
    kept++;
    console.log(r.outcome === 'skipped' ? '↓' : '✓', each.id, r.ms, r.reason ?? '');
  }
}
console.log({ kept, bad, s: (Date.now() - t0) / 1000 });
await close();
await cl.close();

process.exit(0);
