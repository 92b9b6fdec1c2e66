/** How a store reaches its server: what every store that has one would otherwise write again. */

export { clockAhead } from './clock-ahead.ts';
export { isThisMachine, protectionOf } from './protection.ts';
export { refuse } from './refuse.ts';
export { readSecret, type Secret } from './secret.ts';
export type { Insecurity, Protection, TlsSettings } from './settings.ts';
export { splitScript } from './split-script.ts';
export { tlsOf } from './tls.ts';
export {
  COMMON_PARAMETERS,
  decoded,
  ESCAPES,
  oneOf,
  type Reader,
  type Readers,
  readParameters,
  wholeNumber,
} from './url-parameters.ts';
