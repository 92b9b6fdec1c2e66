import { DEFAULT_SETTINGS } from '@gatehouse/core';
import { unreachedPath } from '../http/cookie-path.ts';
import { isLoopback } from '../http/listen.ts';
import { takenByUserInfo } from '../routes/own-paths.ts';
import type { ConfigProblem } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';

interface Rule {
  readonly key: string;
  /** What is wrong, if it is. */
  broken(loaded: LoadedConfig): string | false;
  readonly fix: string;
}

const speaksTls = ({ config }: LoadedConfig): boolean => config.listener.tls.certificate !== undefined;

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '');

const needsHook =
  (
    grantHas: (grant: NonNullable<NonNullable<LoadedConfig['config']['grants']>[string]>) => boolean,
    hook: 'chooseScopes' | 'authenticateOwner',
  ) =>
  ({ config }: LoadedConfig): string | false => {
    if (config.hooks?.[hook]) return false;
    const grant = Object.entries(config.grants ?? {}).find(([, given]) => given && grantHas(given));
    return grant ? `is named by the grant ${grant[0]} and is not there` : false;
  };

/** What settings say only together. */
const RULES: readonly Rule[] = [
  {
    key: 'listener.tls.key',
    broken: ({ config }) =>
      config.listener.tls.certificate !== undefined && config.listener.tls.key === undefined && 'is missing',
    fix: 'a certificate needs its key; give the path of the PEM file',
  },
  {
    key: 'listener.tls.certificate',
    broken: ({ config }) =>
      config.listener.tls.key !== undefined && config.listener.tls.certificate === undefined && 'is missing',
    fix: 'a key needs its certificate; give the path of the PEM file',
  },
  {
    key: 'issuer',
    broken: ({ config }) => config.issuer === undefined && !isLoopback(config.listener.host) && 'is missing',
    fix: 'clients of other machines need the URL they know this server by, such as "https://login.example.com"',
  },
  {
    key: 'issuer',
    broken: ({ config }) =>
      config.issuer?.startsWith('http:') === true &&
      !isLoopback(hostOf(config.issuer)) &&
      !config.listener.allowHttp &&
      `is plain http`,
    fix: 'use https, or set listener.allowHttp for development',
  },
  {
    key: 'listener.host',
    broken: (loaded) => {
      const { host, allowHttp, trustedHops } = loaded.config.listener;
      return (
        !isLoopback(host) &&
        !speaksTls(loaded) &&
        trustedHops === 0 &&
        !allowHttp &&
        `is ${JSON.stringify(host)}, and would speak plain HTTP to other machines`
      );
    },
    fix: 'give listener.tls.certificate and listener.tls.key, or say with listener.trustedHops how many proxies do TLS, or set listener.allowHttp for development',
  },
  {
    key: 'mtls.port',
    broken: (loaded) =>
      loaded.config.mtls?.port !== undefined && !speaksTls(loaded) && 'is there without listener.tls.certificate',
    fix: 'a certificate is shown over TLS alone: give listener.tls.certificate and listener.tls.key',
  },
  {
    key: 'mtls.certificateHeader.format',
    broken: ({ config }) =>
      config.mtls?.certificateHeader?.format !== undefined &&
      config.listener.trustedHops === 0 &&
      'is there without a proxy that is trusted, so anybody could write that header',
    fix: 'set listener.trustedHops to the number of proxies in front',
  },
  {
    key: 'mtls.certificateHeader.format',
    broken: ({ config }) =>
      config.mtls?.certificateHeader?.format !== undefined &&
      config.mtls.port !== undefined &&
      'is there beside mtls.port',
    fix: 'certificates are shown either to this server or to a proxy: with both, whoever reaches the port could write the header; keep one',
  },
  {
    key: 'mtls.certificateHeader.format',
    broken: ({ config }) =>
      config.mtls?.certificateHeader?.name !== undefined &&
      config.mtls.certificateHeader.format === undefined &&
      'is missing',
    fix: 'say with "rfc9440" or "nginx" how the proxy writes the certificate',
  },
  ...(['login.cookie', 'authorize.sessionCookie'] as const).map(
    (key): Rule => ({
      key: `${key}.sameSite`,
      broken: ({ config }) => {
        const cookie = key === 'login.cookie' ? config.login?.cookie : config.authorize?.sessionCookie;
        const secure = cookie?.secure ?? config.issuer?.startsWith('https:') ?? false;
        return cookie?.sameSite === 'None' && !secure && 'is None for a cookie that is not Secure';
      },
      fix: 'browsers drop such a cookie; use Lax, or https',
    }),
  ),
  {
    key: 'authorize.sessionCookie.name',
    broken: ({ config }) =>
      config.authorize?.sessionCookie?.name !== undefined &&
      config.authorize.sessionCookie.name === config.login?.cookie?.name &&
      'is that of login.cookie too',
    fix: 'give the two cookies two names',
  },
  {
    key: 'authorize.sessionCookie.path',
    broken: ({ config }) => {
      const path = config.authorize?.sessionCookie?.path ?? '/';
      const unreached = unreachedPath(path, config);
      return unreached !== null && `is ${JSON.stringify(path)}, which does not reach ${unreached}`;
    },
    fix: 'without that cookie nobody can sign in; let it be "/"',
  },
  {
    key: 'openid.userInfoPath',
    broken: ({ config }) => {
      const taken = takenByUserInfo(config);
      const path = config.openid?.userInfoPath ?? DEFAULT_SETTINGS.openid.userInfoPath;
      return taken !== null && `is ${JSON.stringify(path)}, and something else is at ${taken}`;
    },
    fix: 'give UserInfo a path of its own, such as "/api/openid/user_info"',
  },
  {
    key: 'hooks.chooseScopes',
    broken: needsHook((grant) => grant.scopes?.source === 'hook', 'chooseScopes'),
    fix: 'write the hook, or leave scopes.source out',
  },
  {
    key: 'hooks.authenticateOwner',
    broken: needsHook((grant) => grant.owner?.source === 'hook', 'authenticateOwner'),
    fix: 'write the hook, or leave owner.source out',
  },
  {
    key: 'hooks.authenticateOwner',
    broken: ({ config }) => {
      const named = Object.entries(config.grants ?? {}).find(([, given]) => given?.owner?.source === 'repository');
      return (
        config.hooks?.authenticateOwner !== undefined &&
        named !== undefined &&
        `takes the place of the owner directory, which the grant ${named[0]} names as owner.source`
      );
    },
    fix: 'leave one of the two out',
  },
];

/** What is wrong although each setting by itself is right. */
export function ruleProblems(loaded: LoadedConfig): readonly ConfigProblem[] {
  return RULES.flatMap(({ key, broken, fix }) => {
    const problem = broken(loaded);
    return problem === false ? [] : [{ key, origin: loaded.origin(key), problem, fix }];
  });
}
