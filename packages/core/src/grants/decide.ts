import type { ServerContext } from '../server/context.ts';
import { StoreError } from '../store/store-error.ts';
import { issue } from '../tokens/issue.ts';
import type { GrantHandler, GrantRequest, Rounds } from './grant-handler.ts';

/** How often a request decides anew on a register that moves on under it. */
const ROUNDS = 3;

/**
 * Parameters, decision, one write; on `outdated` the decision is made again with the register as it is now.
 * @returns the members of the token response
 * @throws OAuthError every refusal; StoreError `unavailable`
 */
export async function decide(
  context: ServerContext,
  handler: GrantHandler,
  request: GrantRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const parameters = handler.parse(request.form, context);
  const rounds: Rounds = { wasCurrent: false };
  for (let round = 0; round < ROUNDS; round++) {
    const outcome = await handler.authorize(context, request, parameters, rounds);
    if (outcome.kind === 'answer') return outcome.body;
    if (outcome.kind === 'again') continue;
    const issued = await issue(context, outcome.granted, request.now);
    if (issued !== 'outdated') return issued.body;
  }
  throw new StoreError('unavailable', 'The grant kept moving on while this request decided.');
}
