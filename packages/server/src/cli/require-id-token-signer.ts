import { ID_TOKEN_ALGORITHMS, idTokenFaults, isHmac } from '@gatehouse/core';
import type { LoadedConfig } from '../config/load-config.ts';
import { mayBeEphemeral } from '../config/resolve.ts';
import { readSigningKeys } from '../config/signing-keys.ts';
import { CommandError } from './command.ts';
import { credentialFor } from './credential-for.ts';

/**
 * That a new client's ID tokens can be signed: it would find out with each sign-in.
 * @throws CommandError saying what makes it work
 */
export async function requireIdTokenSigner(
  loaded: LoadedConfig,
  registration: Readonly<Record<string, unknown>> & { readonly id: string },
): Promise<void> {
  const { id, idTokenSignedResponseAlg: algorithm } = registration;
  // What is no algorithm at all is told with the rest of the registration.
  if (typeof algorithm !== 'string' || !ID_TOKEN_ALGORITHMS.includes(algorithm)) return;
  if (isHmac(algorithm) && credentialFor(registration).kind !== 'hmac')
    throw new CommandError(
      `ID tokens by ${algorithm} take a secret that the server can read back: a client that is not --public gets one with \`--auth-method client_secret_jwt\`, which clientAuthentication.allowedMethods has to list.`,
    );
  const keys = await readSigningKeys(loaded, mayBeEphemeral(loaded));
  const faults = idTokenFaults({
    clients: [{ id, idTokenSignedResponseAlg: algorithm }],
    signingAlgorithms: keys.map((key) => key.algorithm),
  });
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
}
