import { OAuthError } from '../../oauth/errors.ts';
import { refuseCredentials } from '../../oauth/form-body.ts';
import type { Limits } from '../../server/config.ts';
import type { Step } from '../step.ts';

/** Parameters with a cap of their own; `scope` has its own refusal, `resource` a count. */
const CAPS: Readonly<Record<string, keyof Limits>> = {
  client_id: 'clientId',
  redirect_uri: 'redirectUri',
  state: 'state',
  nonce: 'nonce',
  response_type: 'shortText',
  response_mode: 'shortText',
  prompt: 'shortText',
  max_age: 'shortText',
  login_hint: 'shortText',
  code_challenge: 'shortText',
  code_challenge_method: 'shortText',
};

/** Before any work is done for a value (R17). */
export const withinLimits: Step<never, never> = ({ context, form }) => {
  // RFC 9700 4.3.2: what is secret has no place in this URL, nor in the one that a form post would be turned into.
  refuseCredentials(form);
  for (const [name, limit] of Object.entries(CAPS)) {
    const most = context.settings.limits[limit];
    if (Buffer.byteLength(form.get(name) ?? '') > most)
      throw new OAuthError('invalid_request', 'A parameter is too long.', {
        check: 'parameter-size',
        expected: `${name} of at most ${most} bytes`,
      });
  }
  return {};
};
