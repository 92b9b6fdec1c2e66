import { OAuthError } from '../oauth/errors.ts';

/** OpenID Connect Core 3.1.2.1. */
export type Prompt = 'none' | 'login' | 'consent' | 'select_account';

const PROMPTS: ReadonlyMap<string, Prompt> = new Map(
  (['none', 'login', 'consent', 'select_account'] as const).map((prompt) => [prompt, prompt]),
);

/** @throws OAuthError `invalid_request` for an unknown value, or for `none` beside another */
export function parsePrompt(text: string | undefined): ReadonlySet<Prompt> {
  const prompts = new Set<Prompt>();
  for (const value of text?.split(' ').filter((value) => value !== '') ?? []) {
    const prompt = PROMPTS.get(value);
    if (!prompt) throw refusal('prompt-known', [...PROMPTS.keys()].join(', '));
    prompts.add(prompt);
  }
  if (prompts.has('none') && prompts.size > 1) throw refusal('prompt-none-alone', 'none without any other value');
  return prompts;
}

/** Seconds. @throws OAuthError `invalid_request` */
export function parseMaxAge(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,10}$/.test(text)) throw refusal('max-age-number', 'seconds, a whole number');
  return Number(text);
}

function refusal(check: string, expected: string): OAuthError {
  return new OAuthError('invalid_request', 'The parameter prompt or max_age is not valid.', { check, expected });
}
