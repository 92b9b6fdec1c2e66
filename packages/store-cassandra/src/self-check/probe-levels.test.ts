import { Deadline, silentLog } from '@gatehouse/core';
import { expect, it } from 'vitest';
import { planLevels } from '../levels/plan.ts';
import { writtenAt } from '../lives.ts';
import type { Params } from '../session/session.ts';
import { probeLevels } from './probe-levels.ts';

const NOW = Date.UTC(2026, 10, 26);
const plan = planLevels({}, { strategy: 'NetworkTopologyStrategy', copies: new Map([['dc1', 3]]) }, 'dc1');

/** What is sent to try the levels; a cluster refuses the one of this id. */
async function probed(refused?: string): Promise<ReadonlyMap<string, Params>> {
  const sent = new Map<string, Params>();
  const send = async (id: string, params: Params): Promise<never[]> => {
    sent.set(id, params);
    if (id === refused) throw Object.assign(new Error('no'), { name: 'ResponseError', code: 0x2200 });
    return [];
  };
  const session = { run: send, decide: send } as never;
  const clock = { now: () => NOW };
  await probeLevels({ session, plan, clock, deadline: () => new Deadline(1_000), log: silentLog });
  return sent;
}

it('[AX-189] a refusal names the setting, or the timestamps that a cluster may be told to refuse', async () => {
  await expect(probed('add_token')).rejects.toThrow(/does not take consistency\.write .*ANY/);
  await expect(probed('add_session')).rejects.toThrow(/consistency\.operations\.commit LOCAL_QUORUM/);
  await expect(probed('note_oauth_subject_sessions')).rejects.toThrow(/old timestamps/);
});

it('[AX-195] a token that is written to try a level is no older than others: files that begin with one are dropped late', async () => {
  expect((await probed()).get('add_token')?.['written_at']).toBe(writtenAt(NOW));
});
