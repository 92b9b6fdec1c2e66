import { once } from 'node:events';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import {
  type ContainerRuntimeClient,
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  PullPolicy,
  Wait,
} from 'testcontainers';
import type { Missing, ServerControl } from './backends/database-server.ts';
import { untilAnswers } from './backends/local-process.ts';
import type { ContainerRecipe } from './backends/product.ts';
import { freePort } from './free-port.ts';

export interface StartedContainer {
  /** On 127.0.0.1 and nowhere else; the same after each restart. */
  readonly port: number;
  readonly id: string;
  readonly control: ServerControl;
  /** Ends and removes it, with its data. */
  close(): Promise<void>;
}

/** Which machine's which process started a container, so that nobody ends another's. */
const OWNER_LABEL = 'gatehouse.test.owner';
const OWNER = `${hostname()}:${process.pid}`;

/** What `scripts/containers` builds in place of an official image. */
const BUILT_HERE = 'localhost/gatehouse/';

const PULLED_WITHIN_MS = 300_000;
const READY_WITHIN_MS = 300_000;

/** Binds the port to this machine alone, which no option of testcontainers does. */
class LoopbackContainer extends GenericContainer {
  publish(port: number, hostPort: number): this {
    this.withExposedPorts(port);
    this.hostConfig.PortBindings = { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(hostPort) }] };
    return this;
  }
}

/** The engine that answers here, or why there is none. */
export async function containerEngine(): Promise<ContainerRuntimeClient | Missing> {
  let client: ContainerRuntimeClient;
  try {
    client = await getContainerRuntimeClient();
  } catch {
    return { reason: 'No container engine answers.' };
  }
  const { host } = client.info.containerRuntime;
  return (await isThisMachine(host))
    ? client
    : { reason: `The container engine is on ${host}, and ports are published on its own loopback only.` };
}

/**
 * What is a container itself may have an engine of its own, or its host's: testcontainers names the gateway of the
 * engine's network for both, and only whoever has an address can listen on it.
 */
export async function isThisMachine(host: string): Promise<boolean> {
  const server = createServer().listen(0, host);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/**
 * The image to use for an official one: the named one, else the one that was built here, else the official one, pulled
 * where it is missing.
 */
export async function chooseImage(
  client: ContainerRuntimeClient,
  official: string,
  { named, mayPull }: { readonly named: string | undefined; readonly mayPull: boolean },
): Promise<string | Missing> {
  const has = (name: string): Promise<boolean> => client.image.exists(ImageName.fromString(name));
  if (named === undefined || named === '') {
    if (await has(BUILT_HERE + official)) return BUILT_HERE + official;
  }
  const image = named || official;
  if (await has(image)) return image;
  if (!mayPull) return { reason: `The image ${image} is not here, and large: pull it to run these tests.` };
  const pulled = client.image.pull(ImageName.fromString(image)).then(
    () => image,
    (error) => ({ reason: `The image ${image} is not here and cannot be pulled (${(error as Error).message}).` }),
  );
  return Promise.race([pulled, late(`The image ${image} was not pulled within ${PULLED_WITHIN_MS / 1000} s.`)]);
}

function late(reason: string): Promise<Missing> {
  return new Promise((resolve) => setTimeout(() => resolve({ reason }), PULLED_WITHIN_MS).unref());
}

/**
 * Starts a container of an image that is here and waits until its server answers.
 * @param answers asks the server on this port of 127.0.0.1; rejects as long as it is not ready
 */
export async function startContainer(
  image: string,
  { port: inside, environment, command, files = {}, privileged }: ContainerRecipe,
  answers: (port: number, output: () => Promise<string>) => Promise<unknown>,
): Promise<StartedContainer> {
  const client = await getContainerRuntimeClient();
  await removeAbandoned(client);
  const port = await freePort();
  const wanted = new LoopbackContainer(image)
    .publish(inside, port)
    .withEnvironment({ ...environment })
    .withLabels({ [OWNER_LABEL]: OWNER })
    .withCopyContentToContainer(Object.entries(files).map(([target, content]) => ({ target, content, mode: 0o644 })))
    .withPullPolicy(PullPolicy.neverPull())
    // Ryuk, which would remove it for us, is an image that may not be had, and is itself open on every address.
    .withAutoCleanup(false)
    // Nothing but the server's own answer tells that it is ready, see below.
    .withWaitStrategy(Wait.forAll([]));
  if (command) wanted.withCommand([...command]);
  if (privileged) wanted.withPrivilegedMode();
  const started = await wanted.start();

  const container = client.container.getById(started.getId());
  const ready = (): Promise<void> =>
    untilAnswers(
      () => answers(port, output),
      async () => {
        const { State } = await container.inspect();
        return State.Running ? null : `The container of ${image} ended with ${State.ExitCode}:\n${await output()}`;
      },
      READY_WITHIN_MS,
    );
  // Both streams, each piece with eight bytes in front that tell which.
  const output = async (): Promise<string> =>
    String(await container.logs({ stdout: true, stderr: true, tail: 50 })).replaceAll(/[^\n\x20-\x7e]/g, '');
  const close = async (): Promise<void> => {
    await container.unpause().catch(() => undefined);
    await started.stop({ timeout: 1_000 });
  };
  try {
    await ready();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    id: started.getId(),
    control: {
      async restart(signal = 'SIGKILL') {
        if (signal === 'SIGKILL') await container.kill({ signal });
        else await container.stop({ t: 30 });
        await container.start();
        await ready();
      },
      pause: async () => void (await container.pause()),
      resume: async () => void (await container.unpause()),
    },
    close,
  };
}

/** What a run left that was killed before it could clean up: containers of processes of this machine that are gone. */
async function removeAbandoned(client: ContainerRuntimeClient): Promise<void> {
  const { dockerode } = client.container;
  const all = await dockerode.listContainers({ all: true, filters: { label: [OWNER_LABEL] } });
  for (const { Id, Labels } of all) {
    const [host, pid] = (Labels[OWNER_LABEL] ?? '').split(':');
    if (host !== hostname() || isAlive(Number(pid))) continue;
    // Two runs may find the same one.
    await dockerode
      .getContainer(Id)
      .remove({ force: true, v: true })
      .catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
