import { sameText } from '../oauth/same-text.ts';
import type { ServerContext } from '../server/context.ts';
import { mac } from '../server/secrets.ts';
import type { Key } from '../store/brands.ts';

/** What a form token is good for: one kind of form, in one browser, for one session; on the consent page for one interaction. */
export interface FormBinding {
  readonly purpose: 'login' | 'consent' | 'logout';
  /** The value of the browser cookie. */
  readonly browser: string;
  readonly session: Key | null;
  readonly interaction?: string;
}

export function makeFormToken(context: ServerContext, binding: FormBinding): string {
  return tokenUnder(context, binding, 0);
}

/** Whether this form was made by us, for this browser and session (R34). */
export function isFormToken(
  context: ServerContext,
  token: string | undefined,
  binding: Omit<FormBinding, 'browser'> & { readonly browser: string | null },
): boolean {
  const { browser } = binding;
  if (token === undefined || browser === null) return false;
  for (let index = 0; index < context.secrets.count; index++)
    if (sameText(tokenUnder(context, { ...binding, browser }, index), token)) return true;
  return false;
}

function tokenUnder({ secrets }: ServerContext, binding: FormBinding, index: number): string {
  const { browser, interaction = '', purpose, session } = binding;
  return mac(secrets.key('form', index), purpose, browser, session ?? '', interaction);
}
