import { describe, expect, it } from 'vitest';
import { resolveConnection } from '../connection/resolve.ts';
import { clientOf } from './connect.ts';
import { type Driver, importDriver } from './driver.ts';
import { refuseStrangers } from './stay-here.ts';

const driver = await importDriver();
const HERE = 'cassandra://ann:secret@127.0.0.1/gatehouse?localDataCenter=dc1';

/** Where the driver would reach a node that it has learnt of at this address; null: nowhere. */
async function reached(url: string, address: string): Promise<unknown> {
  let given: ConstructorParameters<Driver['Client']>[0] | undefined;
  class Client extends driver.Client {
    constructor(options: ConstructorParameters<Driver['Client']>[0]) {
      super(options);
      given = options;
    }
  }
  const client = await clientOf({ ...driver, Client }, resolveConnection(url));
  await client.shutdown();
  const translator = given?.policies?.addressResolution ?? driver.policies.defaultAddressTranslator();
  return new Promise((resolve) => translator.translate(address, 9042, resolve));
}

const peers = (...rows: readonly object[]) => ({ execute: async () => ({ rows }) }) as never;

describe('a connection that is plain since it stays on this machine', () => {
  it('[AX-191] [SEC-49] knows no node elsewhere, which would be sent the password without TLS', async () => {
    expect(await reached(HERE, '127.0.0.2')).toBe('127.0.0.2:9042');
    expect(await reached(HERE, '10.0.0.2')).toBeNull();
    expect(await reached(`${HERE}&dangerouslyInsecure=plaintext`, '10.0.0.2')).toBe('10.0.0.2:9042');
  });

  it('[AX-191] [SEC-49] is refused in words where the cluster has nodes elsewhere', async () => {
    const settings = resolveConnection(HERE);
    await refuseStrangers(peers({ peer: '10.0.0.2', rpc_address: '127.0.0.2' }), settings);
    for (const rpc_address of ['10.0.0.2', '0.0.0.0'])
      await expect(refuseStrangers(peers({ peer: '10.0.0.2', rpc_address }), settings)).rejects.toMatchObject({
        kind: 'config',
        message: expect.stringMatching(/10\.0\.0\.2.*without TLS.*`ca`.*dangerouslyInsecure=plaintext/),
      });
    const told = resolveConnection(`${HERE}&dangerouslyInsecure=plaintext`);
    await refuseStrangers(peers({ peer: '10.0.0.2', rpc_address: '10.0.0.2' }), told);
  });
});
