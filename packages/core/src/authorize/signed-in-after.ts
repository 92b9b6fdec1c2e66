import { sameText } from '../oauth/same-text.ts';
import type { ServerContext } from '../server/context.ts';
import { mac } from '../server/secrets.ts';
import { type Instant, isKey, type Key } from '../store/brands.ts';

/**
 * `prompt=login` and `max_age` ask for a sign-in after the request began. The request that goes on after the login page
 * says when that was, and of what session then, in a parameter that only we can make and that holds for that request
 * alone, in any browser.
 */
export interface Mark {
  readonly instant: Instant;
  /** The one that was not enough; null: nobody was signed in. */
  readonly session: Key | null;
}

const NAME = 'signed_in_after';
const MARK = new RegExp(`[?&]${NAME}=([^&]*)`);
const VALUE = /^((\d{1,16})\.([\w-]{43})?)\.([^.]+)$/;
const EVERY_MARK = new RegExp(`(?<=[?&])${NAME}=[^&]*(?:&|$)`, 'g');

export function withoutMark(query: string): string {
  return query.replace(EVERY_MARK, '').replace(/[?&]$/, '');
}

export function withMark(context: ServerContext, query: string, { instant, session }: Mark): string {
  const plain = withoutMark(query);
  const text = `${instant}.${session ?? ''}`;
  return `${plain}&${NAME}=${text}.${sign(context, plain, text, 0)}`;
}

/** What a query was marked with, by us and within an interaction's life; null otherwise. */
export function markOf(context: ServerContext, query: string, now: Instant): Mark | null {
  const [, text, instant, session, signature] = VALUE.exec(MARK.exec(query)?.[1] ?? '') ?? [];
  if (text === undefined || signature === undefined) return null;
  if (now >= Number(instant) + context.settings.authorize.interactionSeconds * 1000) return null;
  const plain = withoutMark(query);
  for (let index = 0; index < context.secrets.count; index++)
    if (sameText(sign(context, plain, text, index), signature))
      return { instant: Number(instant), session: isKey(session) ? session : null };
  return null;
}

function sign({ secrets }: ServerContext, query: string, text: string, index: number): string {
  return mac(secrets.key('form', index), NAME, query, text);
}
