import { cassandraCluster } from '@gatehouse/testkit';
import { importDriver } from './src/session/driver.ts';
import { CassandraStore, migrate } from './src/index.ts';
const c = await cassandraCluster({ nodes: 1 });
if (!c.available) throw new Error(c.reason);
const url = c.value.url('ks1');
await migrate({ connection: url, createKeyspace: true });
const d = await importDriver();
const t0 = Date.now();
const driver = { ...d, types: d.types, policies: d.policies, auth: d.auth, Client: class extends d.Client { constructor(o: any) { super(o); this.on('log', (l: string, c: string, m: string) => l !== 'verbose' && console.log(Date.now() - t0, l, c, String(m).slice(0, 160))); this.on('hostUp', (h: any) => console.log(Date.now() - t0, 'UP')); this.on('hostDown', () => console.log(Date.now() - t0, 'DOWN')); } } } as any;
const store = new CassandraStore({ connection: url, namespace: 'x', driver });
await store.open();
const key = Buffer.alloc(32, 7).toString('base64url') as any; const now = Date.now();
await store.write({ attempt: 'a', add: [{ kind: 'grant', key, clientId: 'c', subject: 's', sessionId: null, createdAt: now, expiresAt: now + 600000, purgeAt: now + 600000, data: '{}', state: '{}' }] });
for (let n = 0; n < 3; n++) {
await c.value.end(1, 'SIGTERM'); console.log(Date.now() - t0, '--- ended'); await c.value.restart(1); console.log(Date.now() - t0, '--- restarted');
let ok = 0;
while (ok < 20) {
  try { await store.ping(); ok++; console.log(Date.now() - t0, 'ping ok'); await store.find('grant', key); console.log(Date.now() - t0, 'find ok'); } catch (e: any) { console.log(Date.now() - t0, ok, e.kind, e.cause?.message.slice(50, 150)); }
  await new Promise((x) => setTimeout(x, 100));
}}
await store.close(); await c.value.close(); process.exit(0);
