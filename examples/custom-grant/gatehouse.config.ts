// A grant of one's own: a voucher, printed on a card, is good for one kind of access.
//
//   curl -u voucher-app:a-secret-of-the-app -d grant_type=urn:example:voucher -d voucher=SUMMER-2030 \
//     http://localhost:8089/api/oauth/token
import { defineGrant, OAuthError } from '@gatehouse/core';
import { defineConfig } from '@gatehouse/server';

const GRANT_TYPE = 'urn:example:voucher';

/** Stands for where vouchers are kept. */
const VOUCHERS = new Map([['SUMMER-2030', ['events.read']]]);

const voucher = defineGrant<{ readonly voucher: string }>({
  grantType: GRANT_TYPE,
  clientAuth: 'required',

  parse(form) {
    const value = form.get('voucher');
    if (value === undefined)
      throw new OAuthError('invalid_request', 'The parameter voucher is required.', { check: 'voucher-present' });
    return { voucher: value };
  },

  async authorize(_context, { client, request }, parameters) {
    const scope = VOUCHERS.get(parameters.voucher);
    if (!scope) throw new OAuthError('invalid_grant', 'The voucher is not valid.', { check: 'voucher-known' });
    return {
      kind: 'issue',
      granted: {
        grantType: GRANT_TYPE,
        client,
        owner: null,
        scope,
        requestedScope: [],
        audience: client.audience,
        basis: { kind: 'none' },
        request: {},
        http: request,
      },
    };
  },
});

export default defineConfig({
  customGrants: [voucher],
  grants: { [GRANT_TYPE]: { accessToken: { ttlSeconds: 600 } } },
  clients: [{ id: 'voucher-app', secrets: 'a-secret-of-the-app', grantTypes: [GRANT_TYPE], scopes: ['events.read'] }],
});
