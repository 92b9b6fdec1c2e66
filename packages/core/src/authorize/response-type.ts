/** How an answer travels to the client (OAuth 2.0 Multiple Response Types, Form Post Response Mode). */
export type ResponseMode = 'query' | 'fragment' | 'form_post';

/** What an authorization response may hold. */
export type Given = 'code' | 'id_token' | 'token';

export interface ResponseType {
  /** The words in the order of the alphabet: `code id_token token`. */
  readonly name: string;
  readonly gives: ReadonlySet<Given>;
  /** Which grant's settings count. */
  readonly grantType: 'authorization_code' | 'implicit';
  /** Which ones server and client must both allow (OpenID Connect Registration 2). */
  readonly grantTypes: readonly ('authorization_code' | 'implicit')[];
  /** The first is the default. What is a token never travels in a query (SEC-139). */
  readonly modes: readonly [ResponseMode, ...ResponseMode[]];
}

const CODE_ALONE: ResponseType['modes'] = ['query', 'fragment', 'form_post'];
const WITH_TOKEN: ResponseType['modes'] = ['fragment', 'form_post'];

const ALL: readonly (readonly Given[])[] = [
  ['code'],
  ['token'],
  ['id_token'],
  ['id_token', 'token'],
  ['code', 'id_token'],
  ['code', 'token'],
  ['code', 'id_token', 'token'],
];

/** By {@link ResponseType.name}; a Map, since the name comes from outside (SEC-61). */
export const RESPONSE_TYPES: ReadonlyMap<string, ResponseType> = new Map(ALL.map((gives) => entryOf(gives)));

function entryOf(words: readonly Given[]): [string, ResponseType] {
  const gives = new Set(words);
  const name = words.join(' ');
  const grantType = gives.has('code') ? 'authorization_code' : 'implicit';
  const grantTypes: ResponseType['grantTypes'] =
    gives.has('code') && gives.size > 1 ? ['authorization_code', 'implicit'] : [grantType];
  return [name, { name, gives, grantType, grantTypes, modes: name === 'code' ? CODE_ALONE : WITH_TOKEN }];
}

/** OAuth 2.0 Multiple Response Types 5, RFC 6749 3.1.1: the order of the words does not matter. */
export function findResponseType(text: string): ResponseType | undefined {
  return RESPONSE_TYPES.get(text.split(' ').sort().join(' '));
}

/** Whether the owner's browser is handed something that only OpenID Connect has. */
export function isOpenid({ gives }: Pick<ResponseType, 'gives'>): boolean {
  return gives.has('id_token');
}

/** How a refusal travels, also one of the response type or mode itself: as asked where that is legal, else by default. */
export function modeOfRefusal(form: { get(name: string): string | undefined }): ResponseMode {
  // Whatever mentions a token was asked for in a fragment (OAuth 2.0 Multiple Response Types 5).
  const name = form.get('response_type') ?? 'code';
  const modes = findResponseType(name)?.modes ?? (name.includes('token') ? WITH_TOKEN : CODE_ALONE);
  return modes.find((mode) => mode === form.get('response_mode')) ?? modes[0];
}
