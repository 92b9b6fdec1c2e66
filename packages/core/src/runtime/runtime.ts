import { type Clock, systemClock } from './clock.ts';
import { type Entropy, systemEntropy } from './entropy.ts';
import { createEmitter, type Emitter } from './events.ts';
import { type Log, silentLog } from './log.ts';

/** The world, injected once: core has no other clock, randomness, log or listener. */
export interface Runtime {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly events: Emitter;
}

/** The system's clock and randomness, no log and no listener, but for what is given. */
export function createRuntime(parts: Partial<Runtime> = {}): Runtime {
  const log = parts.log ?? silentLog;
  return {
    clock: parts.clock ?? systemClock,
    entropy: parts.entropy ?? systemEntropy(),
    log,
    events:
      parts.events ??
      createEmitter((error, name) => log.error({ event: name, error: String(error) }, 'An event listener failed.')),
  };
}
