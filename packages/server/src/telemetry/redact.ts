/** Fields whose name says that they hold what no log may (R40). */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'accesstoken',
  'answer',
  'assertion',
  'authorization',
  'clientassertion',
  'clientsecret',
  'code',
  'codeverifier',
  'cookie',
  'cookies',
  'formtoken',
  'handle',
  'idtoken',
  'idtokenhint',
  'interaction',
  'passphrase',
  'passwd',
  'password',
  'refreshtoken',
  'secret',
  'secrets',
  'setcookie',
  'state',
  'token',
  'verifier',
]);

const REDACTED = '[redacted]';
const LONGEST = 1_024;
const DEEPEST = 6;

/** What a text can hold that is somebody's key: our handles by their prefix, credentials of a header, whole JWTs. */
const KEYS: readonly (readonly [RegExp, string])[] = [
  [/\bg([ARC])1[0-9A-Za-z]{8,}/g, `g$11${REDACTED}`],
  // A word is no credential; a credential has more than small letters.
  [/\b([Bb]asic|BASIC|[Bb]earer|BEARER)\s+(?=\S*[A-Z0-9=])[A-Za-z0-9+/=._~-]{4,}/g, `$1 ${REDACTED}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*/g, REDACTED],
  [
    /([?&;](?:code|token|access_token|refresh_token|client_secret|password|assertion|id_token|id_token_hint|code_verifier|state)=)[^&#\s]+/gi,
    `$1${REDACTED}`,
  ],
];

// Control characters, line and paragraph separators, and what turns the direction of text: one record stays one
// record, and reads as it is (SEC-140).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Whether a text needs any of this at all: most have nothing of it, and a request logs a dozen of them. */
const SUSPECT = /[^\x20-\x7e]|\bg[ARC]1|[Bb]asic|BASIC|[Bb]earer|BEARER|eyJ|[?&;]/;

const visible = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text as a log may show it: without keys, on one line, not too long. */
export function loggable(text: string): string {
  if (text.length <= LONGEST && !SUSPECT.test(text)) return text;
  let safe = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  for (const [pattern, replacement] of KEYS) safe = safe.replace(pattern, replacement);
  return safe.replace(UNSEEN, visible).toWellFormed();
}

function errorFields(error: Error, depth: number): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return {
    name: loggable(error.name),
    message: loggable(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined
      ? {}
      : {
          stack: error.stack
            .split('\n')
            .slice(1, 12)
            .map((line) => loggable(line.trim())),
        }),
    ...(error.cause === undefined ? {} : { cause: redacted(error.cause, depth + 1) }),
  };
}

/** Any value as a log may show it. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return loggable(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (depth >= DEEPEST) return '[…]';
  if (value instanceof Error) return errorFields(value, depth);
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redacted(item, depth + 1));
  if (value instanceof Set) return [...value].map((item) => redacted(item, depth + 1));
  if (ArrayBuffer.isView(value)) return REDACTED;
  return redactedFields(value as Readonly<Record<string, unknown>>, depth + 1);
}

/** What is known of names of fields; there are few, but whoever logs may make them up. */
const names = new Map<string, { readonly shown: string; readonly secret: boolean }>();
const MOST_NAMES = 1_000;

function nameOf(name: string): { readonly shown: string; readonly secret: boolean } {
  const known = names.get(name);
  if (known) return known;
  if (names.size >= MOST_NAMES) names.clear();
  const judged = { shown: loggable(name), secret: SECRET_NAMES.has(name.toLowerCase().replaceAll(/[_-]/g, '')) };
  names.set(name, judged);
  return judged;
}

/** The fields of a record, by name and by content. */
export function redactedFields(fields: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const { shown, secret } = nameOf(name);
    safe[shown] =
      secret && typeof value !== 'number' && typeof value !== 'boolean' && value !== null
        ? REDACTED
        : redacted(value, depth);
  }
  return safe;
}
