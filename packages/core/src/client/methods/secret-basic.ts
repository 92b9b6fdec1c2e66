import { decodeCredentials, parseBasic } from '../basic-credentials.ts';
import type { AuthMethod, Reading } from './method.ts';

/** RFC 6749 2.3.1: `Authorization: Basic`, both halves form-encoded. Any other scheme here is a failed attempt at it. */
export const secretBasic: AuthMethod = {
  name: 'client_secret_basic',
  place: 'header',
  used: (request) => request.headers.get('authorization') !== null,
  read(request) {
    const raw = parseBasic(request.headers.get('authorization') ?? '');
    if (!raw) return [];
    const decoded = decodeCredentials(raw);
    if (decoded && decoded.id === raw.id && decoded.secret === raw.secret)
      return [reading(raw.id, raw.secret, 'either')];
    // R19: which of the two counts is the client's own setting; never both for one client.
    return [...(decoded ? [reading(decoded.id, decoded.secret, false)] : []), reading(raw.id, raw.secret, true)];
  },
};

/** RFC 6749 2.3.1: a secret that is empty may be left out, and is none. */
function reading(id: string, secret: string, rawBasic: Reading['rawBasic']): Reading {
  return { id, secret: secret === '' ? null : secret, rawBasic };
}
