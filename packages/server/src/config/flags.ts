import { ConfigError } from './config-error.ts';
import { type Layer, putAt } from './layer.ts';
import { settingAt } from './schema.ts';
import { typedText } from './typed-text.ts';

/** Flags of `serve` that have a setting of their own behind them. */
export const SETTING_FLAGS = {
  port: { key: 'listener.port', value: '<number>' },
  host: { key: 'listener.host', value: '<name>' },
  issuer: { key: 'issuer', value: '<url>' },
  store: {
    key: 'store',
    value: '<url>',
    hint: 'not with a password in it, which every user of this machine sees by `ps`: name its file by `?passwordFile=<path>`, or write it into the configuration',
  },
  'log-level': { key: 'log.level', value: '<level>' },
} as const;

export type SettingFlag = keyof typeof SETTING_FLAGS;

/**
 * Settings out of `--port 9000` and `--set listener.port=9000`.
 * @throws ConfigError for a `--set` without `=`
 */
export function readFlags(
  flags: Readonly<Partial<Record<SettingFlag, string>>>,
  sets: readonly string[],
  folder: string,
): Layer {
  const values = Object.create(null) as Record<string, unknown>;
  const origins = new Map<string, string>();
  const take = (key: string, text: string, origin: string): void => {
    const path = key.split('.');
    putAt(values, path, typedText(text, settingAt(path)?.setting.type.from ?? 'json'));
    origins.set(key, origin);
  };
  for (const set of sets) {
    const at = set.indexOf('=');
    if (at < 1)
      throw new ConfigError([
        { key: '', origin: 'The flag --set', problem: 'has no key and value', fix: 'write --set key=value' },
      ]);
    take(set.slice(0, at), set.slice(at + 1), `the flag --set ${set.slice(0, at)}`);
  }
  for (const [flag, { key }] of Object.entries(SETTING_FLAGS)) {
    const text = flags[flag as SettingFlag];
    if (text !== undefined) take(key, text, `the flag --${flag}`);
  }
  return {
    values,
    folder,
    origin(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const origin = origins.get(path.slice(0, depth).join('.'));
        if (origin !== undefined) return origin;
      }
      return 'the flags';
    },
  };
}
