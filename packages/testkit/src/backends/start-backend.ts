import { startContainer } from '../containers.ts';
import { BACKENDS, type Backend, type BackendName } from './backends.ts';
import {
  firstServer,
  type Missing,
  type OwnServerOptions,
  type RunningServer,
  type ServerSource,
} from './database-server.ts';
import { isVersion } from './find-program.ts';
import { findImage } from './image.ts';
import { madePassword } from './made-password.ts';

/**
 * A server of this name: the one that `TEST_<NAME>_URL` names, else one in a container, else one that is started here.
 * @throws Error with the reason of each that could not be had
 */
export async function startBackend(name: BackendName): Promise<RunningServer> {
  const variable = `TEST_${name.toUpperCase()}_URL`;
  const url = process.env[variable];
  if (!url) return startOwnBackend(name, {}, `${variable} is not set.`);
  await checkVersion(BACKENDS[name], url, variable);
  return { origin: `named by ${variable}`, adminUrl: url, close: async () => undefined };
}

/** The same, but for the named one: it belongs to somebody else. */
export async function startOwnBackend(
  name: BackendName,
  options: OwnServerOptions,
  reason?: string,
): Promise<RunningServer> {
  const backend: Backend = BACKENDS[name];
  const sources: readonly ServerSource[] = [
    ...(reason === undefined ? [] : [async () => ({ reason })]),
    () => inContainer(name, backend, options),
    async () => backend.product.startLocal?.(backend.version, options) ?? { reason: 'Nothing can be started here.' },
  ];
  return firstServer(sources);
}

/** In a container of an image that is here or can be had. */
export async function inContainer(
  name: BackendName,
  backend: Backend,
  options: OwnServerOptions,
): Promise<RunningServer | Missing> {
  const image = await findImage(name);
  if (typeof image !== 'string') return image;
  const { product } = backend;

  const password = madePassword();
  const urlOn = (port: number): string =>
    `${product.scheme}://${product.user}:${password}@127.0.0.1:${port}/${product.database}`;
  const started = await startContainer(image, product.container(password, options), async (port, output) => {
    if (product.version) await product.version(new URL(urlOn(port)));
    else if (!product.readyLine?.test(await output())) throw new Error('It has not said that it is ready.');
  });
  const adminUrl = urlOn(started.port);
  try {
    await checkVersion(backend, adminUrl, image);
  } catch (error) {
    await started.close();
    throw error;
  }
  return { origin: `in a container of ${image}`, adminUrl, control: started.control, close: started.close };
}

/** A name that says 18 is a promise of what was tested. */
async function checkVersion({ product, version }: Backend, url: string, what: string): Promise<void> {
  const found = await product.version?.(new URL(url));
  if (found !== undefined && !isVersion(found, version))
    throw new Error(`${what} is ${product.name} ${found}, and this back end is ${product.name} ${version}.`);
}
