import { OAuthError } from '../../oauth/errors.ts';
import { OUT_OF_BAND } from '../../oauth/redirect-uri.ts';
import { speaksOpenid } from '../../openid/id-token-signer.ts';
import type { ServerContext } from '../../server/context.ts';
import { findResponseType, isOpenid, RESPONSE_TYPES, type ResponseType } from '../response-type.ts';
import type { Step } from '../step.ts';

/** RFC 6749 3.1.1, 4.1.2.1: one that exists, that this server has on, and that this client may use. */
export const chooseResponseType: Step<'client' | 'redirectUri', 'responseType'> = ({
  client,
  context,
  form,
  redirectUri,
}) => {
  const text = form.get('response_type');
  if (text === undefined)
    throw new OAuthError('invalid_request', 'The parameter response_type is required.', {
      check: 'response-type-present',
    });
  const responseType = findResponseType(text);
  if (!responseType || !isOffered(context, responseType))
    throw new OAuthError('unsupported_response_type', 'The response type is not supported.', {
      check: 'response-type-supported',
      expected: offeredResponseTypes(context)
        .map(({ name }) => name)
        .join(', '),
    });
  const { grantTypes, name } = responseType;
  if (!client.responseTypes.includes(name) || !grantTypes.every((grant) => client.grantTypes.includes(grant)))
    throw new OAuthError('unauthorized_client', 'The client may not use this response type.', {
      check: 'response-type-registered',
      expected: client.responseTypes.join(', '),
      got: name,
    });
  if (name !== 'code' && redirectUri === OUT_OF_BAND)
    throw new OAuthError('invalid_request', 'A token cannot be shown out of band.', { check: 'out-of-band-code-only' });
  // OpenID Connect Core 3.2.2.1, 3.3.2.11: without it an ID token of another sign-in could be slipped in.
  if (isOpenid(responseType) && !form.get('nonce'))
    throw new OAuthError('invalid_request', 'The parameter nonce is required for this response type.', {
      check: 'nonce-present',
    });
  return { responseType };
};

/** Those that this server has on. */
export function offeredResponseTypes(
  context: Pick<ServerContext, 'settings' | 'signingKeys'>,
): readonly ResponseType[] {
  return [...RESPONSE_TYPES.values()].filter((responseType) => isOffered(context, responseType));
}

function isOffered(
  context: Pick<ServerContext, 'settings' | 'signingKeys'>,
  responseType: Pick<ResponseType, 'gives' | 'grantTypes'>,
): boolean {
  const { enabledGrants } = context.settings;
  return (
    responseType.grantTypes.every((grant) => enabledGrants.has(grant)) &&
    (!isOpenid(responseType) || speaksOpenid(context))
  );
}
