import { Atomicity, type StoreCapabilities } from '@gatehouse/core';
import { curlRecipes } from './curl-recipes.ts';
import type { SHAPES } from './pages.ts';
import type { DataOf } from './shape.ts';
import type { SampleData, StartPageData } from './views.ts';

/** Where everything is; `{base}` is the base path. The purpose is the message `start.endpoint.<id>`. */
const ENDPOINTS = [
  ['authorize', '{base}/authorize'],
  ['token', '{base}/token'],
  ['revoke', '{base}/revoke'],
  ['introspect', '{base}/introspect'],
  ['tokeninfo', '{base}/tokeninfo'],
  ['protected', '{base}/protected'],
  ['userInfo', '{userInfo}'],
  ['keySet', '{base}/jwks'],
  ['discovery', '/.well-known/openid-configuration'],
  ['metadata', '/.well-known/oauth-authorization-server'],
  ['health', '/health'],
] as const;

/** What only a server has that speaks OpenID Connect. */
const OF_OPENID: ReadonlySet<string> = new Set(['userInfo', 'keySet', 'discovery']);

type StartValues = DataOf<typeof SHAPES.start>;

export function startPageValues(
  data: StartPageData & { readonly sample: SampleData },
  basePath: string,
  words: (key: string) => string,
): StartValues {
  const { sample, store } = data;
  const endpoint = (id: string): string => {
    const path = ENDPOINTS.find(([name]) => name === id)?.[1] ?? '';
    return data.baseUrl + path.replace('{base}', basePath).replace('{userInfo}', data.userInfoPath ?? '');
  };
  const speaksOpenid = data.userInfoPath !== null;
  const recipes = curlRecipes({ endpoint, sample }).filter(
    ({ grant, openid }) => (!grant || data.enabledGrants.has(grant)) && (!openid || speaksOpenid),
  );
  const endpoints = ENDPOINTS.filter(([id]) => speaksOpenid || !OF_OPENID.has(id));
  return {
    version: data.version,
    baseUrl: data.baseUrl,
    clientId: sample.client.id,
    clientSecret: sample.client.secret,
    scope: sample.client.scopes.join(' '),
    username: sample.owner.username,
    password: sample.owner.password,
    store: store.name,
    warnings: data.warnings.map((warning) => ({ warning: words(`start.warning.${warning}`) })),
    endpoints: endpoints.map(([id]) => ({ url: endpoint(id), purpose: words(`start.endpoint.${id}`) })),
    recipes: recipes.map(({ id, link, command }) => ({
      id,
      heading: words(`start.recipe.${id}.heading`),
      intro: words(`start.recipe.${id}.intro`),
      link: link ?? null,
      command: command ?? null,
    })),
    promises: promiseKeys(store.capabilities).map((key) => ({ promise: words(`start.promise.${key}`) })),
  };
}

/** What a store promises, as the names of sentences. */
function promiseKeys(capabilities: StoreCapabilities): readonly string[] {
  const reach = Object.entries(Atomicity).find(([, value]) => value === capabilities.change)?.[0] ?? 'none';
  return [
    `change.${reach}`,
    `additions.${capabilities.additions}`,
    `visibility.${capabilities.visibility.tokens}`,
    `retention.${capabilities.retention}`,
    `expiry.${capabilities.expiry}`,
    capabilities.durable ? 'durable' : 'volatile',
  ];
}
