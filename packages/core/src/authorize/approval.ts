import type { Register } from '../store/records.ts';

/** What the owner stands for, as far as this request knows it. */
export interface Approval {
  /** What tokens may carry. */
  readonly scope: readonly string[];
  /** Allowed on the page just now: joins the record. Empty where nothing was asked. */
  readonly ticked: readonly string[];
  /** Whether it stands on the record of consents; false where a setting skips consent. */
  readonly onRecord: boolean;
  /** The owner's consent for this client, as read in this request. */
  readonly consent: Register | undefined;
}
