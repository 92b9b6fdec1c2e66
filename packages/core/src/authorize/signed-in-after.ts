import { sameText } from '../oauth/same-text.ts';
import type { ServerContext } from '../server/context.ts';
import { mac } from '../server/secrets.ts';
import type { Instant } from '../store/brands.ts';

/**
 * `prompt=login` and `max_age` ask for a sign-in after the request began. The request that goes on after the login page
 * says when that was, in a parameter that only we can make and that holds for that request alone.
 */

const NAME = 'signed_in_after';
const MARK = new RegExp(`[?&]${NAME}=([^&]*)`);
const EVERY_MARK = new RegExp(`(?<=[?&])${NAME}=[^&]*(?:&|$)`, 'g');

export function withoutMark(query: string): string {
  return query.replace(EVERY_MARK, '').replace(/[?&]$/, '');
}

export function withMark(context: ServerContext, query: string, instant: Instant): string {
  const plain = withoutMark(query);
  return `${plain}&${NAME}=${instant}.${sign(context, plain, instant, 0)}`;
}

/** The instant that a query was marked with, by us and within an interaction's life; null otherwise. */
export function markOf(context: ServerContext, query: string, now: Instant): Instant | null {
  const [text, signature] = MARK.exec(query)?.[1]?.split('.', 2) ?? [];
  if (text === undefined || signature === undefined || !/^\d{1,16}$/.test(text)) return null;
  const instant = Number(text);
  if (now >= instant + context.settings.authorize.interactionSeconds * 1000) return null;
  const plain = withoutMark(query);
  for (let index = 0; index < context.secrets.count; index++)
    if (sameText(sign(context, plain, instant, index), signature)) return instant;
  return null;
}

function sign({ secrets }: ServerContext, query: string, instant: Instant, index: number): string {
  return mac(secrets.key('form', index), NAME, query, String(instant));
}
