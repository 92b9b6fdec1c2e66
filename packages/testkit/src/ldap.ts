import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { javaWith } from './backends/java.ts';
import { startLocalProcess } from './backends/local-process.ts';
import { freePort } from './free-port.ts';
import { listens } from './listens.ts';
import { type Provision, provide } from './provision.ts';

const VERSION = '7.0.3';

export interface LdapOptions {
  /** The suffix of everything in it. */
  readonly base: string;
  /** RFC 2849: its entries, the base included. */
  readonly ldif: string;
  /** An account that may look for others. */
  readonly reader: { readonly dn: string; readonly password: string };
  /** TLS by a certificate that nobody has issued. */
  readonly selfSigned?: boolean;
}

/** A directory on loopback, in memory (UnboundID LDAP SDK). */
export interface LdapServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a directory of one test's own. */
export function ldapServer({ base, ldif, reader, selfSigned = false }: LdapOptions): Promise<Provision<LdapServer>> {
  return provide('ldap', async () => {
    const program = await javaWith([`com.unboundid:unboundid-ldapsdk:${VERSION}`]);
    if ('reason' in program) throw new Error(program.reason);
    const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-ldap-'));
    const file = path.join(folder, 'entries.ldif');
    writeFileSync(file, ldif);
    const port = await freePort();
    const started = await startLocalProcess(
      {
        program: program.java,
        args: [
          ...['-Xmx128m', '-cp', program.classPath, 'com.unboundid.ldap.listener.InMemoryDirectoryServerTool'],
          ...['--baseDN', base, '--ldifFile', file, '--port', String(port)],
          ...['--additionalBindDN', reader.dn, '--additionalBindPassword', reader.password],
          ...(selfSigned ? ['--useSSL', '--generateSelfSignedCertificate'] : []),
        ],
        cwd: folder,
      },
      async () => {
        if (!(await listens(port))) throw new Error('It does not listen.');
      },
      { orderly: 'SIGTERM', quick: 'SIGKILL' },
    );
    return {
      url: `${selfSigned ? 'ldaps' : 'ldap'}://localhost:${port}`,
      async close() {
        await started.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  });
}
