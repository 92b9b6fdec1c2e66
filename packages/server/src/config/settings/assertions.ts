import * as z from 'zod';
import type { Setting } from '../setting.ts';
import { filledText, flag, ownForm, secrets, texts, type ValueType, whole } from '../value-types.ts';

const file = z.strictObject({ file: z.string().min(1) });

/** An RFC 7517 5 key set, in the configuration or in a file. */
const keySet: ValueType = ownForm(
  z.union([z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())) }), file]),
  'a key set { keys: […] } of public keys, or { file: "<path>" }',
);

const certificate = z.union([z.string().min(1), file]);

/** One or more X.509 certificates, wherever they are. */
export const certificates: ValueType = ownForm(
  z.union([certificate, z.array(certificate)]),
  'one or more X.509 certificates: PEM, base64, or { file: "<path>" }',
  'list',
);

/** What clients and trusted issuers say alike about their keys. */
export function keySettings(owner: 'clients' | 'trustedIssuers', whose: string): readonly Setting[] {
  return [
    {
      key: `${owner}.[].jwks`,
      type: keySet,
      meaning: `The public keys that check ${whose} signatures, as a JWK set.`,
    },
    {
      key: `${owner}.[].jwksUri`,
      type: filledText,
      meaning: `An https URL of that set: fetched when needed, kept for ten minutes at most.`,
    },
    {
      key: `${owner}.[].certificates`,
      type: certificates,
      meaning: `X.509 certificates whose keys check ${whose} signatures; their dates and issuers do not count.`,
      ...(owner === 'clients' ? { reference: 'certificate' } : {}),
    },
    {
      key: `${owner}.[].assertionAlgorithms`,
      type: texts,
      meaning: 'JWS algorithms its assertions may be signed with; left out: those that fit its keys.',
    },
    {
      key: `${owner}.[].assertionMaxSeconds`,
      type: whole(1, 3_600),
      unit: 's',
      meaning: 'How far ahead its assertions may end, in place of `assertion.maxSeconds`.',
    },
  ];
}

/** Assertions as grants and as client credentials, and who may make them. */
export const ASSERTION_SETTINGS: readonly Setting[] = [
  {
    key: 'assertion.audience',
    type: texts,
    meaning: 'Audiences of grant assertions that count besides the issuer and the token endpoint.',
    reference: 'requiredAudience',
  },
  {
    key: 'assertion.recipient',
    type: texts,
    meaning: 'Recipients of SAML assertions that count; left out: the token endpoint.',
    reference: 'requiredAudience',
  },
  {
    key: 'assertion.clockSkewSeconds',
    type: whole(0, 60),
    unit: 's',
    meaning: 'How far the clock of a JWT’s issuer may be off; left out: 5, and 0 under `compat: axway`.',
    reference: 'clockSkewInSeconds',
  },
  {
    key: 'assertion.driftSeconds',
    type: whole(0, 60),
    unit: 's',
    meaning: 'The same of a SAML assertion’s issuer.',
    reference: 'driftTime',
  },
  {
    key: 'assertion.maxSeconds',
    type: whole(1, 3_600),
    unit: 's',
    meaning: 'How far ahead an assertion may end; each is remembered until then.',
  },
  {
    key: 'assertion.typedAttributes',
    type: flag,
    meaning:
      'Whether the values of SAML attributes may say that they are of a simple type (`xsi:type="xs:string"`), as many makers write it; anywhere else a type is refused.',
  },
  {
    key: 'assertion.allowReplayAfterRestart',
    type: flag,
    meaning:
      'Whether assertions are taken although the store forgets at a restart which were used. Off: such a store has none of them.',
  },
  {
    key: 'assertion.decryptionKeys',
    type: secrets,
    meaning:
      'Private keys, PEM, that assertions may be encrypted to; of several the first that fits. Left out: encryption is not offered.',
  },
  {
    key: 'outbound.privateHosts',
    type: texts,
    meaning:
      'Hosts, `name` or `name:port`, that documents may be fetched from although they are in a private network or on this machine.',
  },
  {
    key: 'trustedIssuers.[].issuer',
    type: filledText,
    meaning: 'Its name: the `iss` of its JWTs, the `Issuer` of its SAML assertions. No client may have it as its id.',
    required: true,
  },
  {
    key: 'trustedIssuers.[].clients',
    type: texts,
    meaning:
      'Clients that may bring its assertions; left out: every confidential one. A public client has to be listed.',
  },
  {
    key: 'trustedIssuers.[].audience',
    type: texts,
    meaning: 'Audiences that count for its assertions besides those of `assertion.audience`.',
  },
  {
    key: 'trustedIssuers.[].scopes',
    type: texts,
    meaning: 'The most that its assertions can give; left out: what the client may have.',
  },
  ...keySettings('trustedIssuers', 'its'),
];
