/** How an answer travels to the client (OAuth 2.0 Multiple Response Types, Form Post Response Mode). */
export type ResponseMode = 'query' | 'fragment' | 'form_post';

export interface ResponseType {
  readonly name: 'code' | 'token';
  /** Which grant's settings count, and which one server and client must allow. */
  readonly grantType: 'authorization_code' | 'implicit';
  /** The first is the default. A token never travels in a query (SEC-139). */
  readonly modes: readonly [ResponseMode, ...ResponseMode[]];
}

/** By the value of `response_type`; a Map, since the name comes from outside (SEC-61). */
export const RESPONSE_TYPES: ReadonlyMap<string, ResponseType> = new Map<string, ResponseType>([
  ['code', { name: 'code', grantType: 'authorization_code', modes: ['query', 'fragment', 'form_post'] }],
  ['token', { name: 'token', grantType: 'implicit', modes: ['fragment', 'form_post'] }],
]);

/** How a refusal travels, also one of the response type or mode itself: as asked where that is legal, else by default. */
export function modeOfRefusal(form: { get(name: string): string | undefined }): ResponseMode {
  // Whatever mentions a token was asked for in a fragment (OAuth 2.0 Multiple Response Types 5).
  const name = form.get('response_type');
  const { modes } = RESPONSE_TYPES.get(name ?? 'code') ?? (name?.includes('token') ? TOKEN_LIKE : CODE_LIKE);
  return modes.find((mode) => mode === form.get('response_mode')) ?? modes[0];
}

const CODE_LIKE: Pick<ResponseType, 'modes'> = { modes: ['query', 'fragment', 'form_post'] };
const TOKEN_LIKE: Pick<ResponseType, 'modes'> = { modes: ['fragment', 'form_post'] };
