import { OAuthError } from '../../oauth/errors.ts';
import type { Step } from '../step.ts';

/** RFC 6749 4.1.2.1: an unknown client gets no redirect (AX-19); nor does a disabled one. */
export const findClient: Step<never, 'client'> = async ({ context, form }) => {
  const id = form.get('client_id');
  if (id === undefined)
    throw new OAuthError('invalid_request', 'The request must name a client_id.', { check: 'client-id-present' });
  const client = await context.clients.find(id);
  if (client?.id !== id || !client.enabled)
    throw new OAuthError('invalid_client', 'The client is not known here, or is disabled.', {
      check: client ? 'client-enabled' : 'client-known',
      status: 400,
    });
  return { client };
};
