import { OAuthError } from '../../oauth/errors.ts';
import { OUT_OF_BAND } from '../../oauth/redirect-uri.ts';
import { RESPONSE_TYPES } from '../response-type.ts';
import type { Step } from '../step.ts';

/** RFC 6749 3.1.1, 4.1.2.1: one that exists, that this server has on, and that this client may use. */
export const chooseResponseType: Step<'client' | 'redirectUri', 'responseType'> = ({
  client,
  context,
  form,
  redirectUri,
}) => {
  const name = form.get('response_type');
  if (name === undefined)
    throw new OAuthError('invalid_request', 'The parameter response_type is required.', {
      check: 'response-type-present',
    });
  const responseType = RESPONSE_TYPES.get(name);
  if (!responseType || !context.settings.enabledGrants.has(responseType.grantType))
    throw new OAuthError('unsupported_response_type', 'The response type is not supported.', {
      check: 'response-type-supported',
      expected: [...RESPONSE_TYPES.keys()].join(' or '),
    });
  if (!client.responseTypes.includes(name) || !client.grantTypes.includes(responseType.grantType))
    throw new OAuthError('unauthorized_client', 'The client may not use this response type.', {
      check: 'response-type-registered',
      expected: client.responseTypes.join(', '),
      got: name,
    });
  if (name === 'token' && redirectUri === OUT_OF_BAND)
    throw new OAuthError('invalid_request', 'A token cannot be shown out of band.', { check: 'out-of-band-code-only' });
  return { responseType };
};
