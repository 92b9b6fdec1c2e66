import { resolveRedirectUri } from '../../oauth/redirect-uri.ts';
import type { Step } from '../step.ts';

/** RFC 6749 3.1.2.4: without a registered URI there is nowhere to send anything to. */
export const verifyRedirectUri: Step<'client', 'redirectUri'> = ({ client, form }) => ({
  redirectUri: resolveRedirectUri(client, form.get('redirect_uri')),
});
