import { chooseImage, containerEngine } from '../containers.ts';
import { type Provision, provide, requiredBackends } from '../provision.ts';
import { BACKENDS, type BackendName } from './backends.ts';
import type { Missing } from './database-server.ts';

/** The image to run this back end in, as far as one is here or can be had. */
export async function findImage(name: BackendName): Promise<string | Missing> {
  const client = await containerEngine();
  if ('reason' in client) return client;
  const { image, product } = BACKENDS[name];
  const named = process.env[`TEST_IMAGE_${name.toUpperCase()}`];
  return chooseImage(client, image, {
    named,
    mayPull: !product.large || Boolean(named) || (!product.startLocal && requiredBackends().has(name)),
  });
}

/** The same, for tests that start it themselves. */
export function imageOf(name: BackendName): Promise<Provision<string>> {
  return provide(name, async () => {
    const image = await findImage(name);
    if (typeof image === 'string') return image;
    throw new Error(image.reason);
  });
}
