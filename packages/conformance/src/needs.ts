import { Atomicity } from '@gatehouse/core';
import type { Need } from './case.ts';
import type { PortName } from './ports.ts';

/** Everything a case may ask for. Kept in one place, so that what can switch a case off is one screen. */

export const sharedByProcesses: Need = {
  otherwise: 'the store belongs to one process',
  holds: ({ capabilities }) => capabilities.change >= Atomicity.cluster,
};

export const eventualTokens: Need = {
  otherwise: 'a token that was answered is seen at once',
  holds: ({ capabilities }) => capabilities.visibility.tokens === 'eventual',
};

export const sweeps: Need = {
  otherwise: 'the store removes the dead by itself',
  holds: ({ capabilities }) => capabilities.expiry === 'sweep',
};

export const durable: Need = {
  otherwise: 'the store keeps nothing over a restart',
  holds: ({ capabilities }) => capabilities.durable,
};

export const ownClock: Need = {
  otherwise: 'the store has no clock of its own that a caller could differ from',
  holds: ({ capabilities }) => capabilities.clockTolerance > 0,
};

export const settableClock: Need = {
  otherwise: 'the time of this store passes by itself, and the case needs more than can be waited for',
  holds: (given) => given.settableClock,
};

/** The port must be offered: see ports.ts for what each of them is. */
export function port(name: PortName): Need {
  return { otherwise: `its author offers no port \`${name}\``, holds: ({ ports }) => ports.has(name) };
}
