import { AssertionFault, type AssertionWitness } from '../assertions/assertion-fault.ts';
import { timeRules } from '../assertions/assertion-times.ts';
import type { TrustedIssuer } from '../assertions/trusted-issuer.ts';
import type { VerificationKey } from '../assertions/verification-key.ts';
import type { VerifiedAssertion } from '../assertions/verified-assertion.ts';
import { grantAudiences } from '../assertions/verify-jwt-grant.ts';
import type { Client } from '../client/client.ts';
import { endpointUrl } from '../endpoints/endpoint-url.ts';
import type { ServerContext } from '../server/context.ts';
import type { Instant } from '../store/brands.ts';
import { judgeSaml } from './judge-saml.ts';
import type { SamlAttribute } from './saml-assertion.ts';
import type { SamlReader } from './saml-reader.ts';

/** What the same key is called in the registration (RFC 7518 3.1): one list of algorithms for JWT and SAML. */
const REGISTERED_AS: ReadonlyMap<string, string> = new Map([
  ['rsa-sha256', 'RS256'],
  ['rsa-sha384', 'RS384'],
  ['rsa-sha512', 'RS512'],
  ['ecdsa-sha256', 'ES256'],
  ['ecdsa-sha384', 'ES384'],
  ['ecdsa-sha512', 'ES512'],
]);

export interface VerifiedSamlGrant {
  readonly assertion: VerifiedAssertion;
  /** Milliseconds that its times were judged with. */
  readonly skew: number;
}

/**
 * RFC 7522 3, in the order in which it costs: text, structure, whose it is, signature, and only then what it says.
 * @param ownClient the client that an issuer who is not trusted may be, if any
 * @throws AssertionFault; OAuthError `temporarily_unavailable` where keys are to be fetched and cannot be
 */
export async function verifySamlGrant(
  { decryptionKeys, keySets, settings }: Pick<ServerContext, 'settings' | 'keySets' | 'decryptionKeys'>,
  reader: SamlReader,
  text: string,
  now: Instant,
  ownClient: (id: string) => Client | undefined | Promise<Client | undefined>,
  passed: AssertionWitness = () => undefined,
): Promise<VerifiedSamlGrant> {
  const { typedAttributes } = settings.assertion;
  const opened = reader.open(text, { limits: settings.limits, decryptionKeys, typedAttributes, witness: passed });
  const { algorithm, issuer } = opened;

  const trusted = settings.trustedIssuers.get(issuer) ?? null;
  const material = trusted ?? (await ownClient(issuer));
  if (!material) throw new AssertionFault('assertion-issuer-known', 'a trusted issuer, or the client’s own id');
  passed('assertion-issuer-known', trusted ? `the trusted issuer ${issuer}` : `the client ${issuer}`);

  const keys = fittingKeys(algorithm, await keySets.find(material, null), material.assertionAlgorithms);
  const said = reader.verify(opened, keys);
  // What chose the keys and what was signed are two readings until here.
  if (said.issuer !== issuer) throw new AssertionFault('saml-issuer', 'the issuer whose key made the signature');

  const times = timeRules(settings, settings.assertion.driftSeconds, material);
  const { recipient } = settings.assertion;
  const recipients = recipient.length > 0 ? recipient : [endpointUrl(settings, 'token')];
  const expiresAt = judgeSaml(said, { audiences: grantAudiences(settings, trusted), recipients, times }, now, passed);
  return {
    assertion: {
      kind: 'saml',
      issuer,
      subject: said.subject,
      replay: { id: said.id },
      expiresAt,
      trusted,
      attributes: attributesByName(said.attributes),
    },
    skew: times.skew,
  };
}

/** R23: the document chooses among what is registered, and nothing else. */
function fittingKeys(
  algorithm: string,
  keys: readonly VerificationKey[],
  allowed: Pick<TrustedIssuer, 'assertionAlgorithms'>['assertionAlgorithms'],
): VerificationKey['key'][] {
  const name = REGISTERED_AS.get(algorithm) ?? algorithm;
  if (allowed.length > 0 && !allowed.includes(name))
    throw new AssertionFault('saml-algorithm-registered', allowed.join(', '), name);
  if (keys.length === 0) throw new AssertionFault('saml-keys-registered', 'a registered key', 'none');
  const fitting = keys.filter(({ algorithms }) => algorithms.includes(name));
  if (fitting.length > 0) return fitting.map(({ key }) => key);
  throw new AssertionFault(
    'saml-algorithm-of-key',
    [...new Set(keys.flatMap((key) => key.algorithms))].join(', '),
    name,
  );
}

/** By name, each with its values; a name that is there twice has the values of both. */
function attributesByName(attributes: readonly SamlAttribute[]): Readonly<Record<string, readonly string[]>> {
  const byName = new Map<string, string[]>();
  for (const { name, values } of attributes) byName.set(name, [...(byName.get(name) ?? []), ...values]);
  return Object.fromEntries(byName);
}
