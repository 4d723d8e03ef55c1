import { startCellar } from "../../sim/cellar/server.ts"; import { openCellar } from "../../src/cellar/s3.ts"; import { openClient } from "../../src/cellar/client.ts"; import { placeOf } from "../../src/cellar/place.ts"; import { fork } from "node:child_process"; import { randomBytes } from "node:crypto";
const E = process.env;
if (process.argv[2] === 'server') { const s = await startCellar({ buckets: ['bench'] }); process.send!({ url: s.url, k: s.accessKeyId, s: s.secretAccessKey }); setInterval(() => { const c = process.cpuUsage(); process.send!({ cpu: (c.user + c.system) / 1000, total: s.requests.total, rss: process.memoryUsage().rss >> 20 }); }, 50); }
else {
  const real = process.argv[2] === 'real'; let last: any; let ep: any;
  let child: any; if (!real) { child = fork(process.argv[1]!, ['server']); ep = await new Promise((r) => child.once('message', r)); child.on('message', (m: any) => (last = m)); } else ep = { url: E.CELLARMAN_REAL_S3, k: E.CELLARMAN_REAL_S3_KEY_ID, s: E.CELLARMAN_REAL_S3_SECRET };
  const o = { endpoint: ep.url, bucket: real ? 'perf-' + Date.now().toString(36) : 'bench', prefix: 'p', accessKeyId: ep.k, secretAccessKey: ep.s, clock: Date };
  if (real) { const c = openClient({ ...o, place: placeOf(o) }); await c.send({ method: 'PUT', key: '' }); await c.close(); }
  const c = openCellar(o); const small = randomBytes(600); const ids = [...Array(200000)].map((_, i) => `data/f/${(i * 7919 % 200003).toString(16)}/${i}`);
  const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
  async function run(name: string, n: number, one: (i: number) => Promise<unknown>, conc = 16) { if (!real) { await sleep(120); } const l0 = last; const c0 = process.cpuUsage(), t0 = performance.now(); let i = 0; await Promise.all([...Array(conc)].map(async () => { while (i < n) await one(i++); })); const dt = performance.now() - t0; const c1 = process.cpuUsage(c0); if (!real) await sleep(120); console.log(name.padEnd(28), (n / dt * 1000).toFixed(0).padStart(6), 'req/s; client', ((c1.user + c1.system) / 1000 / n).toFixed(3), 'ms cpu/req;', real ? '' : `server ${((last.cpu - l0.cpu) / (last.total - l0.total)).toFixed(3)} ms cpu/req, rss ${last.rss} MB`); return dt; }
  const N = real ? 3000 : 20000;
  await run('warm-up put', N / 4, (i) => c.put('w' + ids[i], small));
  await run('put 600 B', N, (i) => c.put(ids[i]!, small));
  await run('get 600 B', N, (i) => c.get(ids[i]!));
  await run('get absent', N, (i) => c.get('x' + ids[i]!));
  await run('list 1 key', N / 4, async (i) => { for await (const _ of c.list(ids[i]!)) { /**/ } });
  { const t0 = performance.now(); let n = 0; for await (const _ of c.list('data/')) n++; console.log('list all', n, 'keys', (performance.now() - t0).toFixed(0), 'ms'); }
  const M = 16 << 20; const bigs = [...Array(8)].map(() => randomBytes(M));
  for (const conc of [1, 4]) { const n = 24; const dt = await run(`put 16 MiB x${conc}`, n, (i) => c.put(`big${conc}/` + i, bigs[i % 8]!), conc); console.log('   ', (n * 16 / dt * 1000).toFixed(0), 'MiB/s'); const d2 = await run(`get 16 MiB x${conc}`, n, (i) => c.get(`big${conc}/` + i), conc); console.log('   ', (n * 16 / d2 * 1000).toFixed(0), 'MiB/s'); }
  await c.close(); child?.kill(); console.log('client rss', process.memoryUsage().rss >> 20); process.exit(0);
}
