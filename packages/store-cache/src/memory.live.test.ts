import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const probe = fileURLToPath(new URL('memory-probe.test-support.ts', import.meta.url));

describe('the memory of a token', () => {
  it('is about 180 bytes in a full cache, the key of 64 included', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', probe], { encoding: 'utf8' });
    const [bytes, tokens, evictions] = stdout.split(' ').map(Number);
    expect([tokens, evictions], stderr).toEqual([200_000, 0]);
    expect(bytes).toBeLessThan(190);
  });
});
