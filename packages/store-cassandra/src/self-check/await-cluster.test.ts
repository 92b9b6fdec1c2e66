import { describe, expect, it } from 'vitest';
import { refusalOf } from './await-cluster.ts';

const settings = { localDataCenter: 'west' };
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

  it('[AX-191] is not waited for where it has no such data centre: those that it has are named', () => {
    const said = "localDataCenter was configured as 'west', but only found hosts in data centers: [east, north]";
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
