import { readHint as readIdTokenHint } from '../../openid/id-token-hint.ts';
import { speaksOpenid } from '../../openid/id-token-signer.ts';
import type { Step } from '../step.ts';

/** OpenID Connect Core 3.1.2.1: whom the client takes for the owner, said by an ID token it was given before. */
export const readHint: Step<'client', 'hinted'> = async ({ client, context, form, now }) => {
  const hint = form.get('id_token_hint');
  if (hint === undefined || !speaksOpenid(context)) return { hinted: null };
  return { hinted: (await readIdTokenHint(context, hint, client, now)).subject };
};
