/**
 * What is used of ibm_db: of each method the form with a callback. Its promises reject and go on all the same (`prepare`),
 * or lose the row count to a warning (`executeNonQuery`).
 */
export interface Db2Driver {
  open(connection: string, options: { readonly connectTimeout: number }, done: Done<Db2Connection>): void;
}

export interface Db2Connection {
  prepare(text: string, done: Done<Db2Statement>): void;
  /** Numbers of sqlcli1.h. */
  setAttr(attribute: number, value: number, done: Done<unknown>): void;
  close(done: Done<unknown>): void;
}

export interface Db2Statement {
  /** Parameters are rewritten in place: hand a copy over. */
  execute(values: (string | null)[] | null, done: Done<Db2Result>): void;
  executeNonQuery(values: (string | null)[] | null, done: Done<number>): void;
  close(done: Done<unknown>): void;
}

export interface Db2Result {
  fetchAll(done: Done<readonly Record<string, unknown>[]>): void;
  close(done: Done<unknown>): void;
}

type Done<T> = (error: unknown, value?: T) => void;

/** An error of the driver, which rejects with objects that are no errors, and with texts. */
class Db2Error extends Error {
  override readonly name = 'Db2Error';
  /** Null where the driver says none: what happened is not known then. */
  readonly sqlcode: number | null;
  readonly sqlstate: string | null;

  constructor(given: unknown) {
    const { message, sqlcode, sqlstate } = Object(given) as Record<string, unknown>;
    super(typeof message === 'string' ? message.trim() : 'The driver failed without a message.');
    this.sqlcode = typeof sqlcode === 'number' ? sqlcode : null;
    this.sqlstate = typeof sqlstate === 'string' ? sqlstate : null;
  }
}

/** A warning comes as an error with a positive code beside the value. */
function isWarning(error: unknown): boolean {
  return Number(Reflect.get(Object(error), 'sqlcode')) > 0;
}

/** @throws Db2Error */
export function call<T>(send: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, value) => {
      if (error && !(isWarning(error) && value !== undefined)) reject(new Db2Error(error));
      else resolve(value as T);
    });
  });
}
