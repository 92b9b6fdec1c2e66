import {
  AssertionFault,
  type AssertionWitness,
  asOAuthError,
  type Client,
  JWT_BEARER,
  judgeClientAssertion,
  OAuthError,
  SAML_BEARER,
  type ServerContext,
  type VerifiedAssertion,
  verifyJwtGrant,
  verifySamlGrant,
  whoSpeaks,
} from '@gatehouse/core';
import { assemble } from '../assemble.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { loadReader } from '../saml.ts';
import { createLog } from '../telemetry/log.ts';
import { loggable } from '../telemetry/redact.ts';
import { readAssertion } from './assertion-file.ts';
import { type ClientsToJudge, clientsToJudge } from './clients-to-judge.ts';
import { CommandError, EXIT, type Output } from './command.ts';

/** One row of the answer: what was asked, and how it went. */
interface Step {
  readonly check: string;
  readonly verdict: 'passed' | 'failed' | 'not checked';
  /** What was found; of a check that failed, what was expected and what was there instead. */
  readonly found: string;
}

export interface AssertionQuestion {
  readonly file: string;
  /** `proof`: as `client_assertion`. */
  readonly as: 'grant' | 'proof';
  /** Who would bring it; left out: its issuer, where that is a client. */
  readonly clientId: string | undefined;
}

/**
 * Judges an assertion as the server would, as a grant or as a client's proof, step by step, and uses nothing up: the store is opened only for a
 * client that the configuration does not have, and read.
 * @returns the exit code
 * @throws CommandError where there is nothing to judge
 */
export async function checkAssertion(loaded: LoadedConfig, question: AssertionQuestion, out: Output): Promise<number> {
  const { kind, text } = await readAssertion(question.file);
  if (question.as === 'proof') requireProof(kind, question.clientId);
  const log = await createLog({ level: 'silent', format: 'json', write: () => undefined });
  const resolved = await resolveConfig(loaded);
  const { server } = await assemble(resolved, {
    log,
    port: resolved.config.listener.port,
    sample: null,
    ready: () => true,
  });
  const steps: Step[] = [];
  const clients = clientsToJudge(server, resolved.clients);
  try {
    const context = { ...server.context, clients };
    const tell = (step: Step): void => {
      steps.push(step);
    };
    const accepted =
      question.as === 'proof'
        ? await judgeProof(context, text, tell)
        : await judge(context, text, kind, {
            client: question.clientId === undefined ? undefined : await namedClient(clients, question.clientId),
            tell,
          });
    const missed = clients.missed();
    if (missed !== null) steps.push({ check: 'client-in-store', verdict: 'not checked', found: missed });
    for (const { check, found, verdict } of steps)
      out.text(`${LABEL[verdict]}  ${check.padEnd(WIDTH)}  ${loggable(found)}`);
    const as = question.as === 'proof' ? ' as a proof of its client' : '';
    out.text(
      accepted ? `The ${kind} assertion would be accepted once${as}.` : `The ${kind} assertion is refused${as}.`,
    );
    out.data({ kind, as: question.as, accepted, steps });
    return accepted ? EXIT.done : EXIT.failed;
  } finally {
    await clients.close();
  }
}

const LABEL: Readonly<Record<Step['verdict'], string>> = {
  passed: 'Passed',
  failed: 'Failed',
  'not checked': 'Open  ',
};
const WIDTH = 28;

interface Judging {
  readonly client: Client | undefined;
  tell(step: Step): void;
}

/** RFC 7523 2.2: a JWT that names its client itself. @throws CommandError */
function requireProof(kind: 'JWT' | 'SAML', clientId: string | undefined): void {
  if (kind === 'SAML') throw new CommandError('A SAML assertion proves no client here; only a JWT does.');
  if (clientId !== undefined) throw new CommandError('Whose proof it is stands in the JWT: leave out --client.');
}

async function judgeProof(context: ServerContext, text: string, tell: Judging['tell']): Promise<boolean> {
  return judged(tell, () =>
    judgeClientAssertion(context, text, context.runtime.clock.now(), (check, found) =>
      tell({ check, verdict: 'passed', found }),
    ),
  );
}

/** Tells what `judging` throws, and of one that is taken what was not asked. */
async function judged(tell: Judging['tell'], judging: () => Promise<void>): Promise<boolean> {
  try {
    await judging();
  } catch (thrown) {
    if (!(thrown instanceof AssertionFault) && !(thrown instanceof OAuthError)) throw thrown;
    const { check, expected, got } = thrown instanceof AssertionFault ? thrown : asOAuthError(thrown).failed;
    const instead = got === undefined ? '' : `; got: ${got}`;
    tell({ check, verdict: 'failed', found: `expected: ${expected ?? 'otherwise'}${instead}` });
    return false;
  }
  tell({
    check: 'assertion-unused',
    verdict: 'not checked',
    found: 'the store is not asked whether it was used before',
  });
  return true;
}

async function judge(context: ServerContext, text: string, kind: 'JWT' | 'SAML', judging: Judging): Promise<boolean> {
  const { tell } = judging;
  const passed: AssertionWitness = (check, found) => tell({ check, verdict: 'passed', found });
  return judged(tell, async () => {
    const now = context.runtime.clock.now();
    const grantType = kind === 'JWT' ? JWT_BEARER : SAML_BEARER;
    if (judging.client) requireGrant(context, judging.client, grantType);
    const { assertion } =
      kind === 'JWT'
        ? await verifyJwtGrant(context, text, now, passed)
        : await verifySamlGrant(
            context,
            await loadReader(),
            text,
            now,
            (id) => (judging.client && judging.client.id !== id ? undefined : context.clients.find(id)),
            passed,
          );
    const bearer = judging.client ?? (assertion.trusted ? undefined : await context.clients.find(assertion.issuer));
    if (bearer) requireGrant(context, bearer, grantType);
    await judgeSpeaker(context, assertion, bearer, tell);
  });
}

/** What the token endpoint asks of a client before it looks at who speaks. */
function requireGrant({ settings }: ServerContext, { enabled, grantTypes }: Client, grantType: string): void {
  if (!settings.enabledGrants.has(grantType))
    throw new AssertionFault('grant-type-supported', `${grantType} among the grants of this server`);
  if (!enabled) throw new AssertionFault('client-enabled', 'an enabled client', 'a disabled client');
  if (!grantTypes.includes(grantType))
    throw new AssertionFault('grant-registered', `a client that is registered for ${grantType}`, grantTypes.join(', '));
}

/** In whose name a token would be issued, as far as the configuration knows. */
async function judgeSpeaker(
  context: ServerContext,
  assertion: VerifiedAssertion,
  bearer: Client | undefined,
  tell: Judging['tell'],
): Promise<void> {
  const { attributes, issuer, kind, subject, trusted } = assertion;
  if (!bearer) {
    tell({ check: 'assertion-client-of-issuer', verdict: 'not checked', found: 'say with --client who brings it' });
    return;
  }
  const speaker = whoSpeaks({ issuer, subject, client: bearer, trusted });
  if (speaker.for === 'nobody') throw new AssertionFault(speaker.check, speaker.expected);
  if (speaker.for === 'client')
    return tell({ check: 'assertion-speaks-for', verdict: 'passed', found: 'the client itself' });
  const name =
    speaker.for === 'owner'
      ? speaker.subject
      : ((await context.hooks.mapAssertedSubject?.({ attributes, issuer, kind, subject, client: bearer })) ?? null);
  if (name === null) throw new AssertionFault('assertion-subject-mapped', 'a subject that mapAssertedSubject knows');
  tell({ check: 'assertion-speaks-for', verdict: 'passed', found: `the owner ${name}` });
  const owner = await context.owners.find(name);
  if (owner && (!owner.enabled || owner.locked))
    throw new AssertionFault('assertion-owner', 'an owner who is there, enabled and not locked');
  tell(
    owner
      ? { check: 'assertion-owner', verdict: 'passed', found: 'there, enabled and not locked' }
      : { check: 'assertion-owner', verdict: 'not checked', found: 'the configuration has no such owner' },
  );
}

async function namedClient(clients: ClientsToJudge, id: string): Promise<Client> {
  const client = await clients.find(id);
  if (client) return client;
  const missed = clients.missed();
  const instead = missed === null ? '' : ` Those in the store were not looked at: ${missed}`;
  throw new CommandError(`There is no client ${JSON.stringify(id)}.${instead}`);
}
