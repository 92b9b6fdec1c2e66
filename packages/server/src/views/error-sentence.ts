import type { OAuthError } from '@gatehouse/core';

/** What a person needs to hear differently from what the code says, by the check that failed. */
const BY_CHECK: ReadonlyMap<string, string> = new Map([
  ['form-token', 'foreignForm'],
  ['form-site', 'foreignForm'],
  ['form-origin', 'foreignForm'],
]);

/** Names of messages, best first: the one that says what this person can do now. */
export function sentenceKeys(error: OAuthError, status: number): readonly string[] {
  const special = BY_CHECK.get(error.failed.check) ?? (status === 429 ? 'tooMany' : undefined);
  return [...(special ? [`error.sentence.${special}`] : []), `error.sentence.${error.code}`, 'error.sentence'];
}
