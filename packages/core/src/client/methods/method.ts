import type { EndpointRequest } from '../../endpoints/endpoint.ts';
import type { CompactJws } from '../../jwt/compact.ts';
import type { JwsHeader } from '../../jwt/jose-header.ts';
import type { Form } from '../../oauth/form.ts';
import type { Limits } from '../../server/config.ts';
import type { ClientAuthMethod } from '../client.ts';

/** A JWT that a client proves itself with, read and not verified. */
export interface ClientAssertion {
  readonly jws: CompactJws;
  readonly header: JwsHeader;
  /** `client_secret_jwt` where the algorithm is an HMAC: which it is, only the algorithm says (OpenID Connect Core 9). */
  readonly method: 'private_key_jwt' | 'client_secret_jwt';
}

/** One way to read what a request presents. */
export interface Reading {
  readonly id: string;
  /** Null: none was sent. */
  readonly secret: string | null;
  /** Whether this reading is for clients with `rawBasic`, for those without, or for both. */
  readonly rawBasic: boolean | 'either';
  /** In place of a secret. */
  readonly assertion?: ClientAssertion;
  /** The client only named itself, over TLS with a certificate. */
  readonly overMutualTls?: true;
}

/** A way for a client to say who it is, and to prove it (RFC 6749 2.3). */
export interface AuthMethod {
  readonly name: ClientAuthMethod;
  /** Where its credentials are: settings may allow one place only. */
  readonly place: 'header' | 'body' | 'any';
  /** Whether the request uses it, rightly or wrongly. */
  used(request: EndpointRequest, form: Form): boolean;
  /** Empty where what is there cannot be read. @throws AssertionFault saying why an assertion cannot */
  read(request: EndpointRequest, form: Form, limits: Limits): readonly Reading[];
}
