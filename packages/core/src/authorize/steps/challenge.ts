import { parseChallenge } from '../../oauth/pkce.ts';
import type { Step } from '../step.ts';

/** RFC 7636 4.4.1; without a code there is nothing to prove later. */
export const readChallenge: Step<'client' | 'responseType', 'challenge'> = ({
  client,
  context,
  form,
  responseType,
}) => {
  if (!responseType.gives.has('code')) return { challenge: null };
  const parameters = {
    code_challenge: form.get('code_challenge'),
    code_challenge_method: form.get('code_challenge_method'),
  };
  return { challenge: parseChallenge(parameters, client, context.settings.authorize.requirePkce) };
};
