import type { ArmedFault, Fault } from '@gatehouse/conformance';
import * as cassandra from 'cassandra-driver';
import { STATEMENTS } from '../schema/statements.ts';
import type { Driver } from '../session/driver.ts';

/** Where a write can be hit: at what it writes first, and at what decides (or, where nothing does, at what it writes last). */
export const POINTS = ['the first statement that writes', 'the statement that decides'] as const;

type Execute = () => Promise<cassandra.types.ResultSet>;
type Hit = (execute: Execute) => Promise<cassandra.types.ResultSet>;

/** What a node says that cannot serve just now. */
const OVERLOADED = 0x1001;

const STAGES = new Map([...STATEMENTS.values()].map(({ text, stage }) => [text, stage]));

/** The real driver, which loses contact once where it is told to: before a statement is sent, or after it was applied. */
export class FaultyDriver {
  /** Whether what comes next has a lightweight transaction; told by whoever calls the store. */
  decides = true;
  #armed: { readonly point: string; readonly hit: Hit } | undefined;

  readonly driver: Driver = { ...pick(cassandra), Client: this.#client() };

  arm({ point, firstTry }: Fault): ArmedFault {
    let late: Execute | undefined;
    this.#armed = {
      point,
      async hit(execute) {
        if (firstTry === 'applied') await execute().catch(() => undefined);
        if (firstTry === 'late') late = execute;
        throw lost();
      },
    };
    return {
      arrive: async () => {
        this.#armed = undefined;
        await late?.().catch(() => undefined);
      },
    };
  }

  armOverload(point: string): void {
    this.#armed = {
      point,
      hit: async () => {
        throw Object.assign(new Error('The node is overloaded.'), { name: 'ResponseError', code: OVERLOADED });
      },
    };
  }

  disarm(): void {
    this.#armed = undefined;
  }

  #hit(text: string): Hit | undefined {
    const stage = STAGES.get(text);
    if (!this.#armed || stage === undefined || stage === 'read') return undefined;
    if (this.#armed.point === POINTS[1] && this.decides && stage !== 'decide') return undefined;
    const { hit } = this.#armed;
    this.#armed = undefined;
    return hit;
  }

  #client(): typeof cassandra.Client {
    const hitOf = (text: string): Hit | undefined => this.#hit(text);
    return class extends pick(cassandra).Client {
      constructor(options: cassandra.DseClientOptions) {
        super(options);
        const real = this.execute.bind(this) as (...args: readonly unknown[]) => ReturnType<Execute>;
        Reflect.set(this, 'execute', (text: string, ...rest: readonly unknown[]) => {
          const execute: Execute = () => real(text, ...rest);
          return hitOf(text)?.(execute) ?? execute();
        });
      }
    };
  }
}

function pick(module: typeof cassandra): Driver {
  const all = 'Client' in module ? module : (module as unknown as { default: typeof cassandra }).default;
  return { Client: all.Client, auth: all.auth, policies: all.policies, types: all.types };
}

function lost(): Error {
  return Object.assign(new Error('Contact was lost, as the case asked.'), {
    name: 'OperationTimedOutError',
  });
}
