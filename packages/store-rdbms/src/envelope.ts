import { StoreError } from '@gatehouse/core';

/** Members of a record that have no column of their own. */
export interface Envelope {
  readonly clientId?: string;
  readonly subject?: string;
  readonly sessionId?: string;
  readonly scope?: readonly string[];
  readonly audience?: readonly string[];
}

/** Inside of JSON text a quote is escaped, so this stands nowhere but before the record's own data. */
const DATA = ',"data":';

/** Of this version of the column. */
const VERSION = 1;

/** The column `data`: the envelope with the record's own data as its last member, letter by letter as it came. */
export function seal(envelope: Envelope, data: string): string {
  const members = JSON.stringify({ v: VERSION, ...envelope });
  return `${members.slice(0, -1)}${DATA}${data}}`;
}

/** @throws StoreError `corrupt` */
export function unseal(column: string): { readonly envelope: Envelope; readonly data: string } {
  const end = column.indexOf(DATA);
  if (end < 0 || !column.endsWith('}')) corrupt();
  let envelope: Envelope & { readonly v?: unknown };
  try {
    envelope = JSON.parse(`${column.slice(0, end)}}`);
  } catch {
    return corrupt();
  }
  if (envelope.v !== VERSION) corrupt();
  return { envelope, data: column.slice(end + DATA.length, -1) };
}

function corrupt(): never {
  throw new StoreError('corrupt', 'The column data holds what this store did not write.');
}
