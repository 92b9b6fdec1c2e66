import { DEFAULT_SETTINGS, DEFAULT_TOKENS, type Settings, type TokenSettings } from '@gatehouse/core';
import type { Config } from './config.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.getPrototypeOf(value) !== Map.prototype;

/** Of a configuration, what the model has members for; an empty object in the model takes any names. */
function like<T>(model: T, given: unknown): T {
  if (given === undefined) return model;
  if (!isTree(model) || !isTree(given)) return given as T;
  if (Object.keys(model).length === 0) return { ...given } as T;
  return Object.fromEntries(Object.keys(model).map((name) => [name, like((model as Tree)[name], given[name])])) as T;
}

/** A custom grant gives no refresh token unless it is told to. */
const CUSTOM_TOKENS: TokenSettings = {
  ...DEFAULT_TOKENS,
  refreshToken: { ...DEFAULT_TOKENS.refreshToken, mode: 'none' },
};

/** What files, and not the configuration itself, say. */
export interface ReadSettings extends Pick<Settings, 'errorDescriptions' | 'trustedIssuers'> {
  /** DER in base64. */
  readonly mtlsAuthorities: readonly string[];
}

/** RFC 8705 5: with a listener of its own the endpoints have a second address, at the issuer's host unless it is said. */
function mtlsSettings({ mtls = {} }: Config, issuer: string, authorities: readonly string[]): Settings['mtls'] {
  const { certificateHeader, port, url } = mtls;
  const enabled = port !== undefined || certificateHeader?.format !== undefined;
  const second = (): string => {
    const own = new URL(issuer);
    return `https://${own.hostname}:${port}${own.pathname}`;
  };
  return {
    enabled,
    authorities,
    url: enabled ? ((url ?? (port === undefined ? null : second()))?.replace(/\/$/, '') ?? null) : null,
  };
}

/** Core's settings out of a configuration that has been checked: maps and sets in place of objects and lists. */
export function coreSettings(
  config: Config,
  issuer: string,
  { errorDescriptions, mtlsAuthorities, trustedIssuers }: ReadSettings,
): Settings {
  const { grants, enabledGrants, trustedIssuers: _, mtls: __, ...model } = DEFAULT_SETTINGS;
  const custom = (config.customGrants ?? []).map(({ grantType }) => grantType);
  const names = new Set([...Object.keys(config.grants ?? {}), ...custom]);
  const tokens = [...names].map((grant): [string, TokenSettings] => [
    grant,
    like(grants.get(grant) ?? CUSTOM_TOKENS, config.grants?.[grant]),
  ]);
  return {
    ...like(model, { ...config, errorDescriptions: {} }),
    issuer: issuer.replace(/\/$/, ''),
    grants: new Map(tokens),
    enabledGrants: new Set(config.enabledGrants ?? [...enabledGrants, ...custom]),
    errorDescriptions,
    trustedIssuers,
    mtls: mtlsSettings(config, issuer, mtlsAuthorities),
  };
}
