import { slowHashFault } from '@gatehouse/core';
import type { OwnerRecord } from '../owners/configured-owner-directory.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';

/**
 * The owners in a configuration.
 * @throws ConfigError with what is wrong with each of them
 */
export function readOwners(loaded: LoadedConfig): readonly OwnerRecord[] {
  const problems: ConfigProblem[] = [];
  const taken = { username: new Set<string>(), subject: new Set<string>() };
  const owners = (loaded.config.owners ?? []).map((given, index): OwnerRecord => {
    const subject = given.subject ?? given.username;
    const report = (member: string, problem: string, fix: string): void => {
      const key = `owners.${index}.${member}`;
      problems.push({ key, origin: loaded.origin(key) ?? loaded.origin('owners'), problem, fix });
    };
    const fault = slowHashFault(given.passwordHash);
    if (fault !== null) report('passwordHash', fault, 'make one with `gatehouse user hash`');
    for (const [member, value] of [
      ['username', given.username],
      ['subject', subject],
    ] as const) {
      if (taken[member].has(value)) report(member, 'is that of another owner too', 'give each owner one of their own');
      taken[member].add(value);
    }
    return {
      owner: {
        subject,
        username: given.username,
        enabled: given.enabled ?? true,
        locked: given.locked ?? false,
        claims: { ...(given.role === undefined ? {} : { role: given.role }), ...given.claims },
      },
      passwordHash: given.passwordHash,
    };
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return owners;
}
