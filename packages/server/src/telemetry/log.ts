import type { Log, LogFields } from '@gatehouse/core';
import { loggable, redactedFields } from './redact.ts';
import { type LineOutput, openStandardOutput } from './standard-output.ts';
import { textLine } from './text-line.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** How much is logged, and in which form. */
export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  /** Where lines go; default: standard output, written asynchronously. */
  readonly write?: (line: string) => void;
}

/** Core's log, which writes without anybody waiting for it. */
export interface ServerLog extends Log {
  /** Resolves when every line so far is written, or nobody reads them; before the process ends. */
  flush(): Promise<void>;
}

/**
 * The log of the server: every field goes through {@link redactedFields}, so that what must not be logged cannot be,
 * whoever logs it.
 */
export async function createLog({ level, format, write }: LogOptions): Promise<ServerLog> {
  const { pino } = await import('pino');
  const output: LineOutput = write ? { write, flush: async () => undefined } : await openStandardOutput();
  const destination = { write: (line: string) => output.write(format === 'json' ? line : textLine(line)) };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const at =
    (method: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: LogFields, message: string): void => {
      if (logger.isLevelEnabled(method)) logger[method](redactedFields(fields), loggable(message));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    isEnabled: (asked) => logger.isLevelEnabled(asked),
    flush: output.flush,
  };
}
