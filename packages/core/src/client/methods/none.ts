import type { AuthMethod } from './method.ts';

/** RFC 6749 3.2.1: a public client only says who it is; so does one whose proof is its certificate (RFC 8705 2). */
export const none: AuthMethod = {
  name: 'none',
  place: 'body',
  used: (request, form) =>
    form.has('client_id') &&
    !form.has('client_secret') &&
    !form.has('client_assertion') &&
    !form.has('client_assertion_type') &&
    request.headers.get('authorization') === null,
  read(request, form) {
    const id = form.get('client_id');
    return id === undefined
      ? []
      : [{ id, secret: null, rawBasic: 'either', ...(request.clientCertificate ? { overMutualTls: true } : {}) }];
  },
};
