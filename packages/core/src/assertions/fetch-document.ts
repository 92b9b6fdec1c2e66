/** What came back from a URL of elsewhere. */
export interface FetchedDocument {
  readonly text: string;
  /** Of `Cache-Control: max-age`; null where it is not said. */
  readonly maxAgeSeconds: number | null;
}

/**
 * The port through which core gets a document of elsewhere; whoever implements it keeps R38: https, the address checked
 * and pinned, no redirect, no credentials, an end to time and to bytes.
 * @throws Error saying what went wrong, for the operator
 */
export type FetchDocument = (url: string, limits: { readonly bytes: number }) => Promise<FetchedDocument>;
