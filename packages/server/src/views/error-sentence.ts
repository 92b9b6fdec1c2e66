import type { OAuthError } from '@gatehouse/core';

/** What a person needs to hear differently from what the code says: by the check that failed, or by the status. */
const BY_CHECK: Readonly<Record<string, string>> = {};

/** Names of messages, best first: the one that says what this person can do now. */
export function sentenceKeys(error: OAuthError, status: number): readonly string[] {
  const special = BY_CHECK[error.failed.check] ?? (status === 429 ? 'tooMany' : undefined);
  return [...(special ? [`error.sentence.${special}`] : []), `error.sentence.${error.code}`, 'error.sentence'];
}
