/** Facts of a record, by name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured, with the message as a sentence. Fields never hold a handle, secret, verifier, assertion, password or cookie. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  isEnabled(level: 'debug' | 'info'): boolean;
}

const nothing = (): void => undefined;

/** Logs nothing. */
export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  isEnabled: () => false,
};
