import { createRequire } from 'node:module';
import {
  type Client,
  type GrantHandler,
  SAML_BEARER,
  type SamlReader,
  type Settings,
  samlBearer,
} from '@gatehouse/core';

const PACKAGE = '@gatehouse/saml';

/** The SAML 2.0 bearer grant, as far as it is there. */
export interface SamlSupport {
  /** None where the package that reads XML is not installed. */
  readonly grants: readonly GrantHandler[];
  /** What keeps the server from starting, one sentence each. */
  readonly faults: readonly string[];
}

export interface SamlQuestion {
  readonly settings: Pick<Settings, 'enabledGrants' | 'trustedIssuers'>;
  readonly clients: readonly Pick<Client, 'id' | 'grantTypes'>[];
  /** Whether the operator named the grants, instead of leaving all of them on. */
  readonly named: boolean;
}

/**
 * Finds the reader of SAML assertions, an optional dependency. It is loaded at start where the configuration has somebody
 * who may use it, else with the first assertion: a parser that nobody needs costs nothing.
 */
export async function samlSupport(
  { clients, named, settings }: SamlQuestion,
  isInstalled: () => boolean = readerIsInstalled,
): Promise<SamlSupport> {
  if (!settings.enabledGrants.has(SAML_BEARER)) return { grants: [], faults: [] };
  const users = clients.filter(({ grantTypes }) => grantTypes.includes(SAML_BEARER));
  if (!isInstalled()) {
    const wanted = [
      ...(named ? ['The setting enabledGrants'] : []),
      ...users.map(({ id }) => `The client ${JSON.stringify(id)}`),
    ];
    const fix = `which needs the package ${PACKAGE}, and that is not installed: \`npm install ${PACKAGE}\`.`;
    return { grants: [], faults: wanted.map((who) => `${who} names the grant ${SAML_BEARER}, ${fix}`) };
  }
  if (named || users.length > 0 || settings.trustedIssuers.size > 0) await loadReader();
  return { grants: [samlBearer(loadReader)], faults: [] };
}

/** The reader itself, for whoever asks what it thinks of an assertion. */
export async function loadReader(): Promise<SamlReader> {
  return (await import('@gatehouse/saml')).samlReader;
}

function readerIsInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(PACKAGE);
    return true;
  } catch {
    return false;
  }
}
