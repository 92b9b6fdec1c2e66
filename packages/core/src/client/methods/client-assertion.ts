import { AssertionFault } from '../../assertions/assertion-fault.ts';
import { isHmac } from '../../assertions/verification-key.ts';
import { member, parseCompactJws } from '../../jwt/compact.ts';
import { readJwsHeader } from '../../jwt/jose-header.ts';
import { CLIENT_ASSERTION } from '../../jwt/jwt-inputs.ts';
import type { Limits } from '../../server/config.ts';
import type { AuthMethod, ClientAssertion } from './method.ts';

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** RFC 7523 2.2. A SAML assertion as a client's proof (RFC 7522 2.2) is refused: nothing new should be built on it (RFC 10070). */
export const clientAssertion: AuthMethod = {
  name: 'private_key_jwt',
  place: 'any',
  used: (_request, form) => form.has('client_assertion') || form.has('client_assertion_type'),
  read(_request, form, limits) {
    const text = form.get('client_assertion');
    if (form.get('client_assertion_type') !== TYPE) throw new AssertionFault('client-assertion-type', TYPE);
    if (text === undefined) throw new AssertionFault('client-assertion-present', 'a client_assertion');
    return [{ ...readClientAssertion(text, limits), secret: null, rawBasic: 'either' }];
  },
};

/** Whose it claims to be, and by which method. @throws AssertionFault */
export function readClientAssertion(
  text: string,
  limits: Limits,
): { readonly id: string; readonly assertion: ClientAssertion } {
  const jws = parseCompactJws(text, limits);
  const header = readJwsHeader(jws.header, CLIENT_ASSERTION.types, limits.assertionId);
  const id = member(jws.payload, 'sub');
  if (typeof id !== 'string') throw new AssertionFault('jwt-claim-type', 'sub as a text');
  const method = isHmac(header.alg) ? 'client_secret_jwt' : 'private_key_jwt';
  return { id, assertion: { jws, header, method } };
}
