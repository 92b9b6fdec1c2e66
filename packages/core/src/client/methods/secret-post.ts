import type { AuthMethod } from './method.ts';

/** RFC 6749 2.3.1: `client_id` and `client_secret` in the body, under these lower-case names only (AX-57). */
export const secretPost: AuthMethod = {
  name: 'client_secret_post',
  place: 'body',
  used: (_request, form) => form.has('client_secret'),
  read(_request, form) {
    const id = form.get('client_id');
    const secret = form.get('client_secret');
    return id === undefined || secret === undefined ? [] : [{ id, secret, rawBasic: 'either' }];
  },
};
