import { CONFIG_VARIABLE } from '../config/environment.ts';
import { findConfigFile, readConfigFile } from '../config/file.ts';
import { readFlags, SETTING_FLAGS, type SettingFlag } from '../config/flags.ts';
import type { Layer } from '../config/layer.ts';
import { environmentLayer, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { type Flag, type FlagValues, textFlag, textFlags } from './command.ts';

/** Flags of every verb that reads a configuration. */
export const CONFIG_FLAGS: Readonly<Record<string, Flag>> = {
  config: { value: '<path>', meaning: 'Configuration file; else gatehouse.config.{ts,js,json,yaml} of this folder' },
  sample: { meaning: 'Add the sample clients and owners' },
  set: { value: '<key>=<value>', meaning: 'Any setting; may come more than once', many: true },
  ...Object.fromEntries(
    Object.entries(SETTING_FLAGS).map(([name, { key, value, ...more }]) => [
      name,
      { value, meaning: `The setting ${key}${'hint' in more ? `; ${more.hint}` : ''}` },
    ]),
  ),
};

export interface ReadConfiguration {
  readonly loaded: LoadedConfig;
  /** Whether an operator wrote anything at all, or asked for the sample. */
  readonly deliberate: boolean;
}

/**
 * Lays sample, file, environment and flags over each other.
 * @throws ConfigError with every problem found
 */
export async function readConfiguration(flags: FlagValues): Promise<ReadConfiguration> {
  const folder = process.cwd();
  const file = textFlag(flags, 'config') ?? process.env[CONFIG_VARIABLE] ?? (await findConfigFile(folder));
  const layers: Layer[] = [];
  if (flags['sample']) {
    const { sampleLayer } = await import('../sample/sample-data.ts');
    layers.push(sampleLayer(folder));
  }
  if (file !== undefined && file !== '') layers.push(await readConfigFile(file));
  const { layer, unknownVariables } = environmentLayer(process.env, folder);
  layers.push(layer);
  const names = Object.keys(SETTING_FLAGS) as SettingFlag[];
  const own = Object.fromEntries(
    names.map((name) => [name, textFlag(flags, name)]).filter(([, value]) => value !== undefined),
  ) as Partial<Record<SettingFlag, string>>;
  layers.push(readFlags(own, textFlags(flags, 'set'), folder));
  const loaded = loadConfig(layers, { unknownVariables });
  const deliberate =
    flags['sample'] === true || file !== undefined || loaded.given('issuer') || loaded.given('clients');
  return { loaded, deliberate };
}
