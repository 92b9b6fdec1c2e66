import type { EndpointRequest } from '../../endpoints/endpoint.ts';
import type { Form } from '../../oauth/form.ts';
import type { ClientAuthMethod } from '../client.ts';

/** One way to read what a request presents. */
export interface Reading {
  readonly id: string;
  /** Null: none was sent. */
  readonly secret: string | null;
  /** Whether this reading is for clients with `rawBasic`, for those without, or for both. */
  readonly rawBasic: boolean | 'either';
}

/** A way for a client to say who it is, and to prove it (RFC 6749 2.3). */
export interface AuthMethod {
  readonly name: ClientAuthMethod;
  /** Where its credentials are: settings may allow one place only. */
  readonly place: 'header' | 'body';
  /** Whether the request uses it, rightly or wrongly. */
  used(request: EndpointRequest, form: Form): boolean;
  /** Empty where what is there cannot be read. @throws nothing */
  read(request: EndpointRequest, form: Form): readonly Reading[];
}
