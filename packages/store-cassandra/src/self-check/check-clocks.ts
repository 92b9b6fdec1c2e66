import { clockAhead } from '@gatehouse/connection';
import { StoreError } from '@gatehouse/core';
import type { Checked } from './checked.ts';

const QUESTION = 'SELECT toUnixTimestamp(now()) AS now_ms FROM system.local';

/** The part of the tolerance above which a difference is worth a word. */
const WARNED = 0.2;

/** This clock against that of every node that can be asked: rows end by theirs, and are judged by ours. */
export async function checkClocks({ client, toleranceMs, clock, log }: Checked): Promise<void> {
  if (toleranceMs === 0) return;
  for (const host of client.getState().getConnectedHosts()) {
    // The first answer of a connection takes longer; the second says more.
    await client.execute(QUESTION, [], { host, prepare: true });
    const before = clock.now();
    const [row] = (await client.execute(QUESTION, [], { host, prepare: true })).rows;
    const after = clock.now();
    const ahead = clockAhead(Number(row?.['now_ms'] ?? before), before, after);
    const apart = Math.abs(ahead);
    if (apart > toleranceMs)
      throw new StoreError(
        'config',
        `This machine's clock is ${apart} ms ${ahead > 0 ? 'ahead of' : 'behind'} that of ${host.address}, more than ${toleranceMs}: set both clocks by NTP.`,
      );
    if (apart > toleranceMs * WARNED)
      log.warn(
        { aheadMs: ahead, node: host.address },
        'The clocks of this machine and of a node have drifted apart: set both by NTP.',
      );
  }
}
