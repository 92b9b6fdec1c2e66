import { isThisMachine } from '@gatehouse/connection';
import { StoreError } from '@gatehouse/core';
import type { Client, policies as Policies } from 'cassandra-driver';
import type { ConnectionSettings } from '../connection/settings.ts';
import type { Driver } from './driver.ts';

type AddressTranslator = Policies.addressResolution.AddressTranslator;

/** Whoever is somebody else's is not known, and so never sent a password: nodes name each other, and a URL only the first. */
export function onlyThisMachine({ policies }: Driver): AddressTranslator {
  const translator = policies.defaultAddressTranslator();
  const translate = translator.translate.bind(translator);
  translator.translate = (address, port, callback) =>
    isThisMachine(address) ? translate(address, port, callback) : callback(null);
  return translator;
}

/** @throws StoreError `config` where the cluster has nodes elsewhere, which would be reached without TLS */
export async function refuseStrangers(
  client: Pick<Client, 'execute'>,
  { staysHere }: Pick<ConnectionSettings, 'staysHere'>,
): Promise<void> {
  if (!staysHere) return;
  const { rows } = await client.execute('SELECT peer, rpc_address FROM system.peers');
  const addresses = rows.map(({ peer, rpc_address: address }) =>
    String(String(address) === '0.0.0.0' ? peer : address),
  );
  const stranger = addresses.find((address) => !isThisMachine(address));
  if (stranger !== undefined)
    throw new StoreError(
      'config',
      `The cluster has a node at ${stranger}, which is not this machine, and the store would reach it without TLS: name the certificate authority by \`ca\`, or say dangerouslyInsecure=plaintext.`,
    );
}
