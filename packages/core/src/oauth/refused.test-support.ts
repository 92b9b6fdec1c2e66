import { OAuthError } from './errors.ts';

/** The refusal that a call ends in; a call that goes well, or ends in something else, fails the test. */
export function refused(run: () => unknown): OAuthError {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error(`Nothing was refused; the answer was ${JSON.stringify(result)}.`);
}

/** The same of a promise. */
export async function refusedLater(run: () => Promise<unknown>): Promise<OAuthError> {
  const outcome = await run().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return refused(() => {
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  });
}

/** Everything of a refusal that could reach a client or a log, as one text to search. */
export function everythingSaid(error: OAuthError): string {
  return JSON.stringify([error.message, error.failed, error.headers]);
}
