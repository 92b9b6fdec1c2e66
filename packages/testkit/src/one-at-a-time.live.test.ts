import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

const name = `test-${randomUUID()}`;
afterEach(() => rmSync(path.join(tmpdir(), `gatehouse-${name}.lock`), { force: true }));

test('another process waits, until the first has ended in whatever way', async () => {
  const module = fileURLToPath(new URL('one-at-a-time.ts', import.meta.url));
  const holding = `import { oneAtATime } from ${JSON.stringify(module)};
    await oneAtATime(${JSON.stringify(name)}, () => new Promise(() => { setInterval(() => {}, 1000); console.log('at it'); }));`;
  const first = spawn(process.execPath, ['--input-type=module', '-e', holding], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(first.stdout, 'data');
    const order: string[] = [];
    const second = oneAtATime(name, async () => void order.push('second'));
    // A whole process later it still waits.
    await once(spawn(process.execPath, ['-e', '']), 'close');
    order.push('first has ended');
    first.kill('SIGKILL');
    await second;
    expect(order).toEqual(['first has ended', 'second']);
  } finally {
    first.kill('SIGKILL');
  }
});
