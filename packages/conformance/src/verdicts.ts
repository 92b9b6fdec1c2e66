import { isDeepStrictEqual } from 'node:util';
import { StoreError, type StoreErrorKind } from '@gatehouse/core';

/** What a violation names. */
export interface Promised {
  readonly id: string;
  readonly promise: string;
}

/** A promise that was not kept. A value: it can be printed, counted and compared. */
export interface Violation {
  readonly caseId: string;
  readonly promise: string;
  /** What was looked at, as a sentence. */
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}

/** Ends a case that has nothing left to look at; what was not kept is noted already. */
export class Stop extends Error {
  override readonly name = 'Stop';
}

/** A value as a person reads it: long texts are cut, their length is kept. */
export function show(value: unknown): string {
  if (value instanceof StoreError) return `StoreError ${value.kind}: ${value.message}${showCause(value.cause)}`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' && part.length > 80 ? `${part.slice(0, 60)}… (${part.length} characters)` : part,
  );
  if (text === undefined) return String(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

/** What a driver said, without the values it may quote: a report is read by more people than a database. */
function showCause(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const said = cause.message.replace(/(["'`])(?:(?!\1).)*\1|\([^()]*\)/g, '…');
  return ` (${cause.name}: ${said.slice(0, 200)})`;
}

const SHOWN = 20;

/** Where a case says what it expects. Nothing is thrown for what was not kept: it is noted, and the case goes on. */
export class Verdicts {
  readonly violations: Violation[] = [];
  readonly #of: Promised;

  constructor(of: Promised) {
    this.#of = of;
  }

  note(what: string, expected: string, seen: string): false {
    if (this.violations.length < SHOWN) {
      this.violations.push({ caseId: this.#of.id, promise: this.#of.promise, what, expected, seen });
    }
    return false;
  }

  /** Deep-equal, members that are there as undefined told from those that are not. */
  same(seen: unknown, expected: unknown, what: string): boolean {
    return isDeepStrictEqual(seen, expected) || this.note(what, show(expected), show(seen));
  }

  holds(condition: boolean, what: string, seen: unknown = condition): boolean {
    return condition || this.note(what, 'so', show(seen));
  }

  /** What the rest of the case cannot do without. */
  present<T>(value: T | null | undefined, what: string): T {
    if (value !== undefined && value !== null) return value;
    this.note(what, 'there', String(value));
    throw new Stop(what);
  }

  /** A typed refusal; answers with it, or with undefined where there was none. */
  async refused(
    call: () => Promise<unknown>,
    kinds: StoreErrorKind | readonly StoreErrorKind[],
    what: string,
  ): Promise<StoreError | undefined> {
    const wanted = typeof kinds === 'string' ? [kinds] : kinds;
    const expected = `StoreError ${wanted.join(' or ')}`;
    try {
      const answer = await call();
      this.note(what, expected, `an answer: ${show(answer)}`);
    } catch (error) {
      if (error instanceof StoreError && wanted.includes(error.kind)) return error;
      this.note(what, expected, show(error));
    }
    return undefined;
  }
}
