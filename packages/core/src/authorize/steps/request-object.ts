import { OAuthError, type OAuthErrorCode } from '../../oauth/errors.ts';
import type { Step } from '../step.ts';

/** OpenID Connect Core 3.1.2.6: said, not ignored, or the client would believe in parameters that nobody read. */
const UNSUPPORTED: readonly (readonly [string, OAuthErrorCode])[] = [
  ['request', 'request_not_supported'],
  ['request_uri', 'request_uri_not_supported'],
  ['registration', 'registration_not_supported'],
];

export const refuseRequestObject: Step<never, never> = ({ form }) => {
  for (const [name, code] of UNSUPPORTED)
    if (form.has(name))
      throw new OAuthError(code, `The parameter ${name} is not supported.`, {
        check: 'request-object-absent',
        got: name,
      });
  return {};
};
