import { type NamedStep, StepTable } from './step.ts';
import { answerClient } from './steps/answer.ts';
import { chooseAudience } from './steps/audience.ts';
import { readChallenge } from './steps/challenge.ts';
import { findClient } from './steps/client.ts';
import { requireConsent } from './steps/consent.ts';
import { readHint } from './steps/hint.ts';
import { requireLogin } from './steps/login.ts';
import { readPrompt } from './steps/prompt.ts';
import { verifyRedirectUri } from './steps/redirect-uri.ts';
import { refuseRequestObject } from './steps/request-object.ts';
import { chooseResponseMode } from './steps/response-mode.ts';
import { chooseResponseType } from './steps/response-type.ts';
import { applyScopePolicy, readScope } from './steps/scope.ts';
import { withinLimits } from './steps/within-limits.ts';

/**
 * The checks of the authorization endpoint. Their order is a security property (RFC 9700 4.11): until client and
 * redirect URI are verified a failure is a page of ours, from then on it is told to the client; nobody signs in for a
 * request that cannot succeed; and nothing is written before the last row.
 */
export const AUTHORIZE_STEPS: readonly NamedStep[] = new StepTable()
  .page('within limits', withinLimits)
  .page('client', findClient)
  .page('redirect uri', verifyRedirectUri)
  .redirect('request object', refuseRequestObject)
  .redirect('response type', chooseResponseType)
  .redirect('response mode', chooseResponseMode)
  .redirect('pkce', readChallenge)
  .redirect('prompt', readPrompt)
  .redirect('hint', readHint)
  .redirect('audience', chooseAudience)
  .redirect('scope', readScope)
  .redirect('login', requireLogin)
  .redirect('scope policy', applyScopePolicy)
  .redirect('consent', requireConsent)
  .redirect('answer', answerClient).steps;
