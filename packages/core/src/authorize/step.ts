import type { Client } from '../client/client.ts';
import type { EndpointRequest, EndpointResponse } from '../endpoints/endpoint.ts';
import type { Form } from '../oauth/form.ts';
import type { Challenge } from '../oauth/pkce.ts';
import type { SignedIn } from '../owner/session.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import type { Approval } from './approval.ts';
import type { Decision } from './decision.ts';
import type { Prompt } from './prompt.ts';
import type { ResponseMode, ResponseType } from './response-type.ts';

/** What every step sees of a request to the authorization endpoint. */
export interface AuthorizeRequest {
  readonly context: ServerContext;
  readonly request: EndpointRequest;
  /** Taken once, before any read. */
  readonly now: Instant;
  /** The request's parameters; after the consent page those that were sealed into it (R8). */
  readonly form: Form;
  /** Path and query that make this request again, by GET. */
  readonly self: string;
  /** What the owner said on the consent page; null before that. */
  readonly decision: Decision | null;
}

/** What the steps find out, one after the other. */
export interface Facts {
  readonly client: Client;
  /** Verified; where every answer from then on goes. */
  readonly redirectUri: string;
  readonly responseType: ResponseType;
  readonly responseMode: ResponseMode;
  readonly challenge: Challenge | null;
  readonly prompt: ReadonlySet<Prompt>;
  /** Seconds since the owner's sign-in that the client accepts; null: any. */
  readonly maxAge: number | null;
  /** The `sub` that the client expects; null: anybody. */
  readonly hinted: string | null;
  readonly audience: readonly string[];
  readonly requestedScope: readonly string[];
  readonly scope: readonly string[];
  readonly signedIn: SignedIn;
  /** A session that this request began, to be set with its answer; null: as it was. */
  readonly ownerCookie: string | null;
  readonly approval: Approval;
}

type Fact = keyof Facts;

/** A request with what is known of it. */
export type Known<K extends Fact> = AuthorizeRequest & Pick<Facts, K>;

/** New facts, or the end of the matter. */
export type StepResult<Gives extends Fact> = Pick<Facts, Gives> | { readonly answer: EndpointResponse };

/** Needs facts, gives facts, refuses by throwing an OAuthError. */
export type Step<Needs extends Fact, Gives extends Fact> = (
  state: Known<Needs>,
) => StepResult<Gives> | Promise<StepResult<Gives>>;

export interface NamedStep {
  readonly name: string;
  /** Where a failure may be shown: on a page of ours only, or to the client by redirect (R13). */
  readonly phase: 'page' | 'redirect';
  readonly run: (state: AuthorizeRequest & Partial<Facts>) => StepResult<Fact> | Promise<StepResult<Fact>>;
}

/** Steps in order. One that needs what no step before it gives does not compile. */
export class StepTable<K extends Fact = never> {
  readonly steps: readonly NamedStep[];

  constructor(steps: readonly NamedStep[] = []) {
    this.steps = steps;
  }

  page<Gives extends Fact>(name: string, run: Step<K, Gives>): StepTable<K | Gives> {
    return this.#with('page', name, run);
  }

  redirect<Gives extends Fact>(name: string, run: Step<K, Gives>): StepTable<K | Gives> {
    return this.#with('redirect', name, run);
  }

  #with<Gives extends Fact>(phase: NamedStep['phase'], name: string, run: Step<K, Gives>): StepTable<K | Gives> {
    // The facts a step needs are there: the types of the chain have seen to it.
    return new StepTable([...this.steps, { name, phase, run: run as NamedStep['run'] }]);
  }
}
