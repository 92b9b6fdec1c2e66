// The benchmark: servers in processes of their own, asked in turns, so that whatever else the machine does meets all of
// them. Its figures are ratios; requests per second say nothing about another machine.
//   npm run bench -- [issue] [introspect] [introspect-postgresql] [--rounds 10] [--seconds 2]
import { parseArgs } from 'node:util';
import { type Load, load } from './load.ts';
import { MEASUREMENTS, type Measurement } from './measurements.ts';
import type { Target } from './target.ts';

/** Until the code that is measured has been compiled. */
const WARM_UP_ROUNDS = 3;

interface Lane {
  readonly name: string;
  readonly target: Target;
  readonly loads: Load[];
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Adds each as it starts, so that whoever stops them knows of those that did. */
async function start({ targets }: Measurement, lanes: Lane[]): Promise<void> {
  for (const [name, make] of Object.entries(targets)) {
    const target = await make();
    if ('missing' in target) console.log(`  ${name}: not measured. ${target.missing}`);
    else lanes.push({ name, target, loads: [] });
  }
}

/** Ratios are taken within each round, where the machine was the same for both. */
function ratioTo(ours: Lane, theirs: Lane): number {
  return median(ours.loads.map(({ perSecond }, round) => perSecond / (theirs.loads[round]?.perSecond ?? Number.NaN)));
}

function report({ wanted }: Measurement, lanes: readonly Lane[]): boolean {
  const [ours] = lanes;
  let failed = 0;
  for (const lane of lanes) {
    const { loads, name } = lane;
    failed += loads.reduce((sum, one) => sum + one.failed, 0);
    const cpu = loads.flatMap((one) => (one.cpu === null ? [] : [one.cpu]));
    const columns = [
      `${median(loads.map(({ perSecond }) => perSecond))
        .toFixed(0)
        .padStart(7)}/s`,
      `p99 ${median(loads.map(({ p99 }) => p99))
        .toFixed(0)
        .padStart(3)} ms`,
      cpu.length === 0
        ? ''
        : `${Math.min(...cpu)
            .toFixed(0)
            .padStart(4)} µs of processor`,
    ];
    const least = wanted[name];
    if (ours !== undefined && lane !== ours) {
      const ratio = ratioTo(ours, lane);
      const verdict = least === undefined ? '' : ratio >= least ? `, at least ${least}: reached` : `, ${least} wanted`;
      columns.push(`${ours.name} is ${ratio.toFixed(2)} ×${verdict}`);
    }
    console.log(`  ${name.padEnd(14)} ${columns.join('  ')}`);
  }
  if (failed > 0) console.log(`  ${failed} requests failed.`);
  return failed === 0;
}

async function measure(measurement: Measurement, rounds: number, seconds: number): Promise<boolean> {
  console.log(measurement.what);
  const lanes: Lane[] = [];
  try {
    await start(measurement, lanes);
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      if (process.stderr.isTTY) process.stderr.write(`\r  round ${Math.max(0, round + 1)} of ${rounds} `);
      for (const { target, loads } of lanes) {
        const { body, url } = await measurement.request(target);
        const seen = await load(target.pid, url, body, seconds);
        if (round >= 0) loads.push(seen);
      }
    }
    if (process.stderr.isTTY) process.stderr.write('\r');
    return report(measurement, lanes);
  } finally {
    for (const { target } of lanes) await target.stop();
  }
}

interface Asked {
  readonly names: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
}

/** @throws Error with a sentence */
function asked(): Asked {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '10' }, seconds: { type: 'string', default: '2' } },
  });
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const unknown = positionals.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
  if (unknown.length > 0) throw new Error(`There is no measurement ${unknown.join(', ')}.`);
  if (!(rounds >= 1) || !(seconds >= 1)) throw new Error('Rounds and seconds are numbers from 1.');
  return { names: positionals.length > 0 ? positionals : Object.keys(MEASUREMENTS), rounds, seconds };
}

try {
  const { names, rounds, seconds } = asked();
  for (const name of names)
    if (!(await measure(MEASUREMENTS[name] as Measurement, rounds, seconds))) process.exitCode = 1;
} catch (error) {
  console.error(
    `${(error as Error).message}\n[${Object.keys(MEASUREMENTS).join('] [')}] [--rounds <number>] [--seconds <number>]`,
  );
  process.exitCode = 2;
}
