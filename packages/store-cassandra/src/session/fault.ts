import { StoreError } from '@gatehouse/core';

/**
 * How far a statement can have come when it fails.
 * - `read`: it changes nothing.
 * - `write`: it is written by itself, and writing it again changes nothing.
 * - `decide`: a lightweight transaction.
 */
export type Stage = 'read' | 'write' | 'decide';

/**
 * What an error of the driver means.
 * - `invalid`: the cluster refuses such a statement, its level for instance, whenever it is sent.
 * - `forbidden`, `login`: rights, user or password. `roles`: the nodes that know about them cannot be asked.
 * - `refused`: it was sent to no copy: too few are up, or the node is overloaded or starting.
 * - `unreachable`: no node could be asked.
 * - `failed`: nodes gave a read up.
 * - `late`: no answer in time. `lost`: what else may or may not have been done.
 */
export type Fault =
  | 'invalid'
  | 'forbidden'
  | 'login'
  | 'roles'
  | 'refused'
  | 'unreachable'
  | 'failed'
  | 'late'
  | 'lost';

/** Codes of the native protocol, version 4. */
const CODES: Readonly<Record<number, Fault>> = {
  256: 'login',
  4096: 'refused', // unavailable
  4097: 'refused', // overloaded
  4098: 'refused', // bootstrapping
  4352: 'late', // write timeout
  4608: 'late', // read timeout
  4864: 'failed', // read failure
  5376: 'lost', // write failure
  5888: 'lost', // CAS write unknown
  8192: 'invalid', // syntax
  8448: 'forbidden',
  8704: 'invalid',
  8960: 'invalid', // configuration
  9472: 'invalid', // cannot be prepared again: a table or column is gone
};

const NO_CONNECTION = /^No connection available$/;
/** Said as a wrong login, and as a lack of rights. */
const ROLES = /Unable to perform auth[^:]+: (?:Cannot achieve|Operation timed out)/i;

export function faultOf(error: unknown): Fault {
  const name = nameOf(error);
  if (ROLES.test(String(Reflect.get(Object(error), 'message'))) && name !== 'NoHostAvailableError') return 'roles';
  if (name === 'AuthenticationError') return 'login';
  if (name === 'OperationTimedOutError') return 'late';
  if (name === 'NoHostAvailableError') return faultOfHosts(error);
  if (name === 'BusyConnectionError') return 'refused';
  // Of the one node that it was prepared on, whose last connection has just ended.
  if (NO_CONNECTION.test(String(Reflect.get(Object(error), 'message')))) return 'unreachable';
  const code = Reflect.get(Object(error), 'code');
  return (typeof code === 'number' ? CODES[code] : undefined) ?? 'lost';
}

/** Of each node that was tried there is an error; only what none of them can have done is harmless. */
function faultOfHosts(error: unknown): Fault {
  const inner = innerErrorsOf(error);
  const faults = inner.map((one) => (isConnecting(one) ? 'unreachable' : faultOf(one)));
  return (
    faults.find((fault) => fault === 'login') ??
    faults.find((fault) => fault === 'late' || fault === 'lost' || fault === 'failed') ??
    faults.find((fault) => fault === 'invalid' || fault === 'forbidden') ??
    faults.find((fault) => fault === 'roles' || fault === 'refused') ??
    'unreachable'
  );
}

/** Of each node that was tried, what became of it; none where it is an error of one node. */
export function innerErrorsOf(error: unknown): readonly unknown[] {
  return Object.values(Object(Reflect.get(Object(error), 'innerErrors')));
}

/** Never sent: there was no connection to send it over. Of a node that is down the driver has but a word. */
function isConnecting(error: unknown): boolean {
  const code = String(Reflect.get(Object(error), 'code'));
  const words = typeof error === 'string' ? error : String(Reflect.get(Object(error), 'message'));
  return (
    ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'].includes(code) ||
    /^Host considered as DOWN|^Host not reachable|No connection available/i.test(words)
  );
}

/** Write timeout, and "CAS write unknown": what a lightweight transaction hears that others were in the way of. */
const CONTENDED: ReadonlySet<unknown> = new Set([0x1100, 0x1700]);

/** Whether a node said, of something that decides, that time ran out, rather than that contact was lost on the way. */
export function isContention(error: unknown): boolean {
  return CONTENDED.has(Reflect.get(Object(error), 'code'));
}

/** Whether nodes gave a read up: as far as this version of the protocol tells, since it met too much that has ended. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof StoreError && faultOf(error.cause) === 'failed';
}

export const NO_ROLES =
  'Too few nodes that keep users and rights can be reached: give the keyspace system_auth as many copies as that of the store.';

const SENTENCES: Readonly<Record<Fault, string>> = {
  invalid:
    'The cluster refused the statement: a table or column may be gone, or a level be forbidden; the cause says which.',
  forbidden: 'The cluster refuses the user a right: see the end of sql/cassandra/oauth-server.cql.',
  login: 'The cluster refuses user or password.',
  roles: NO_ROLES,
  refused: 'Too few nodes that keep the row can be reached.',
  unreachable: 'No node of the cluster can be reached.',
  failed:
    'Nodes gave the read up, as they do where too many rows of it have ended (tombstone_failure_threshold); their logs say why.',
  late: 'The cluster did not answer in time.',
  lost: 'Contact to the cluster was lost.',
};

/** What a caller hears. */
export function errorOf(error: unknown, stage: Stage): StoreError {
  if (error instanceof StoreError) return error;
  const fault = faultOf(error);
  return new StoreError(kindOf(fault, stage), SENTENCES[fault], { cause: causeOf(error) });
}

/** "Unavailable" is said of a lightweight transaction too that was applied, and could not be made visible. */
function kindOf(fault: Fault, stage: Stage): 'unavailable' | 'timeout' | 'unknown_outcome' {
  if (fault === 'late') return stage === 'read' ? 'timeout' : 'unknown_outcome';
  if (fault === 'lost' || fault === 'failed') return stage === 'read' ? 'unavailable' : 'unknown_outcome';
  return fault === 'refused' && stage === 'decide' ? 'unknown_outcome' : 'unavailable';
}

/** No answer within the deadline of the call. */
export function lateError(stage: Stage, cause?: unknown): StoreError {
  return new StoreError(
    stage === 'read' ? 'timeout' : 'unknown_outcome',
    'The cluster did not answer in time, and the statement was given up.',
    { cause: cause instanceof Error ? cause : new Error('No answer within the time of the call.') },
  );
}

const NAMES = /\boauth_[a-z_]+\b/;

/** A driver's error without the values it may quote: no key, text or bind value reaches a log. Codes and levels stay. */
export function causeOf(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('The driver failed without an error.');
  const message = error.message.replace(/(["'`])(?:(?!\1).)*\1|\([^()]*\)/g, (part) => NAMES.exec(part)?.[0] ?? '…');
  const cause = new Error(message);
  cause.name = nameOf(error);
  for (const member of ['code', 'consistencies', 'required', 'alive', 'received', 'blockFor', 'writeType', 'host'])
    if (Reflect.get(error, member) !== undefined) Reflect.set(cause, member, Reflect.get(error, member));
  const inner = Object.entries(Object(Reflect.get(error, 'innerErrors')));
  if (inner.length > 0)
    Reflect.set(
      cause,
      'hosts',
      Object.fromEntries(inner.map(([host, one]) => [host, typeof one === 'string' ? one : causeOf(one).message])),
    );
  return cause;
}

/** By its name: errors of two copies of the driver are of two classes. */
function nameOf(error: unknown): string {
  return String(Reflect.get(Object(error), 'name'));
}
