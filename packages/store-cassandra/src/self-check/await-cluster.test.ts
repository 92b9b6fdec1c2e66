import { describe, expect, it } from 'vitest';
import { hintOf, reasonOf, refusalOf } from './await-cluster.ts';

const settings = { localDataCenter: 'west', user: 'gatehouse' };
const failure = (message: string, code?: string) => Object.assign(new Error(message), { code });
const nobody = (...errors: readonly Error[]) =>
  Object.assign(new Error('All host(s) tried for query failed.'), {
    name: 'NoHostAvailableError',
    innerErrors: Object.fromEntries(errors.map((error, at) => [`10.0.0.${at}:9042`, error])),
  });

describe('a cluster that cannot be connected to', () => {
  it('is waited for while its nodes do not answer, whatever their hosts are called', () => {
    for (const host of ['tls-db1.datacenter1.example', 'ssl.certificate.example'])
      for (const code of ['ENOTFOUND', 'EAI_AGAIN'])
        expect(refusalOf(nobody(failure(`getaddrinfo ${code} ${host}`, code)), settings), host).toBeNull();
    expect(refusalOf(nobody(failure('connect ECONNREFUSED 10.0.0.0:9042', 'ECONNREFUSED')), settings)).toBeNull();
  });

  it('is waited for while something in front of its nodes cuts connections off, and the wait ends with what it may be', () => {
    const cut = nobody(
      failure('Client network socket disconnected before secure TLS connection was established', 'ECONNRESET'),
    );
    expect(refusalOf(cut, settings)).toBeNull();
    expect(hintOf(cut)).toMatch(/client_encryption_options/);
    const without = failure('Unable to perform authentication: Cannot achieve consistency level QUORUM');
    expect(hintOf(nobody(Object.assign(without, { name: 'AuthenticationError' })))).toMatch(/system_auth/);
    expect(hintOf(nobody(failure('connect ECONNREFUSED 10.0.0.0:9042', 'ECONNREFUSED')))).toBe('');
    const plain = nobody(failure('SSL routines:ssl3_get_record:wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'));
    expect(refusalOf(plain, settings)?.message).toMatch(/turn TLS on at the nodes/);
  });

  it('[AX-191] is told in a few words, each once', () => {
    const refused = failure('connect ECONNREFUSED 10.0.0.0:9042\n    at TCPConnectWrap', 'ECONNREFUSED');
    expect(reasonOf(nobody(refused, refused, failure('The host did not answer\n    at somewhere')))).toBe(
      'ECONNREFUSED, The host did not answer',
    );
    expect(reasonOf(failure('nothing else'))).toBe('nothing else');
  });

  it('is waited for while the nodes that know its users cannot be asked', () => {
    const said = 'Unable to perform authentication: Cannot achieve consistency level LOCAL_ONE';
    expect(refusalOf(nobody(Object.assign(new Error(said), { name: 'AuthenticationError' })), settings)).toBeNull();
  });

  it('[AX-189] is not waited for where it forbids what the driver itself asks', () => {
    const guard = Object.assign(new Error('Guardrail read_consistency_levels violated'), { code: 0x2200 });
    expect(refusalOf(nobody(guard), settings)?.message).toMatch(/refuses what is asked of it.*Guardrail/);
  });

  it('[AX-191] is not waited for where it wants a user: whether one is named makes the sentence', () => {
    const refused = Object.assign(new Error('Bad credentials'), { name: 'AuthenticationError' });
    expect(refusalOf(refused, settings)?.message).toMatch(/refuses user or password/);
    expect(refusalOf(refused, { ...settings, user: null })?.message).toMatch(/wants a user and a password.*names none/);
  });

  it('[AX-191] is not waited for where it has no such data centre: those that it has are named', () => {
    const said = 'Datacenter west was not found. Available DCs are: [east, north]';
    expect(refusalOf(failure(said), settings)).toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/no data centre west.*\(east, north\)/),
    });
  });

  it('[AX-191] is not waited for where its certificate is not the right one', () => {
    const refused = nobody(failure('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'));
    expect(refusalOf(refused, settings)?.message).toMatch(/not verified by TLS.*`ca`/);
  });
});
