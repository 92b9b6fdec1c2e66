import { OAuthError } from '../../oauth/errors.ts';
import type { Step } from '../step.ts';

/** One that the response type allows: a token in a query would end in logs and histories (SEC-139). */
export const chooseResponseMode: Step<'responseType', 'responseMode'> = ({ form, responseType }) => {
  const name = form.get('response_mode');
  const responseMode = name === undefined ? responseType.modes[0] : responseType.modes.find((mode) => mode === name);
  if (!responseMode)
    throw new OAuthError('invalid_request', 'The response mode is not supported for this response type.', {
      check: 'response-mode-supported',
      expected: responseType.modes.join(', '),
    });
  return { responseMode };
};
