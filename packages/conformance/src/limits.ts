/** What every store takes and no store exceeds: beyond it a value is refused as `invalid`, never cut. */
export const STORE_LIMITS = {
  /** Characters of a key: base64url of SHA-256. */
  key: 43,
  /** Characters of an attempt, base64url. */
  attempt: 64,
  /** UTF-16 code units, as JavaScript counts them. */
  clientId: 255,
  /** Bytes of UTF-8. */
  subject: 2_048,
  /** Bytes of UTF-8 of all scopes, one space between two. */
  scope: 4_096,
  /** Bytes of UTF-8, each of `data` and `state`. */
  json: 65_536,
  /** Records of one page. */
  page: 1_000,
} as const;
