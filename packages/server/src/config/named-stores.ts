import type { ConfigProblem } from './config-error.ts';
import type { LoadedConfig } from './load-config.ts';
import { shownUrl } from './shown-url.ts';

/** The reference system ships these; each is the deployment's one store. */
const SHIPPED: ReadonlySet<string> = new Set([
  'OAuth Access Token Store',
  'Authz Code Store',
  'OAuth Client Access Token Store',
]);

interface Use {
  readonly key: string;
  readonly name: string;
}

function uses({ config }: LoadedConfig): readonly Use[] {
  const found: { key: string; name: string | undefined }[] = [
    { key: 'authorize.code.store', name: config.authorize?.code?.store },
    { key: 'revoke.store', name: config.revoke?.store },
    { key: 'tokeninfo.store', name: config.tokeninfo?.store },
    { key: 'resource.store', name: config.resource?.store },
    ...Object.entries(config.grants ?? {}).flatMap(([grant, tokens]) => [
      { key: `grants.${grant}.accessToken.store`, name: tokens?.accessToken?.store },
      { key: `grants.${grant}.code.store`, name: tokens?.code?.store },
    ]),
  ];
  return found.filter((use): use is Use => use.name !== undefined);
}

/** parity.md 8.2: names are taken for mapping, and all of them lead to the one store, or a code and its tokens could not change in one step. */
export function namedStoreProblems(loaded: LoadedConfig): readonly ConfigProblem[] {
  const named = new Map(Object.entries(loaded.config.stores ?? {}));
  const store = loaded.config.store;
  const one = typeof store === 'object' ? store.url : store;
  return [
    ...[...named]
      .filter(([, url]) => url !== one)
      .map(([name, url]) => ({
        key: `stores.${name}`,
        origin: loaded.origin(`stores.${name}`),
        problem: `leads to ${JSON.stringify(shownUrl(url))}, which is not the deployment's store`,
        fix: 'all named stores lead to the same URL as `store`',
      })),
    ...uses(loaded)
      .filter(({ name }) => !named.has(name) && !SHIPPED.has(name))
      .map(({ key, name }) => ({
        key,
        origin: loaded.origin(key),
        problem: `names the store ${JSON.stringify(name)}, which there is not`,
        fix: 'add the name to `stores`, or leave it out',
      })),
  ];
}
