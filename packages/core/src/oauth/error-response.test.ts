import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../server/defaults.ts';
import { StoreError } from '../store/store-error.ts';
import { asOAuthError, errorBody, toEndpointResponse } from './error-response.ts';
import { ERROR_CATALOGUE, OAuthError, type OAuthErrorCode } from './errors.ts';

const NONE = { errorDescriptions: {}, compat: 'none' } as const;
const AXWAY = { errorDescriptions: {}, compat: 'axway' } as const;
const anError = (code: OAuthErrorCode, options: { status?: number; headers?: Record<string, string> } = {}) =>
  new OAuthError(code, 'A fixed text.', { check: 'a-check', ...options });

describe('a refusal for a program', () => {
  it('[AX-65] has the code and a description', () => {
    expect(toEndpointResponse(anError('invalid_grant'), { format: 'json', settings: NONE })).toEqual({
      kind: 'data',
      status: 400,
      format: 'json',
      body: { error: 'invalid_grant', error_description: 'A fixed text.' },
      headers: { 'Cache-Control': 'no-store', Pragma: 'no-cache' },
    });
  });

  it('[AX-65] [AX-240] has the operator’s description for each of the codes', () => {
    for (const code of Object.keys(ERROR_CATALOGUE) as OAuthErrorCode[]) {
      expect(errorBody(anError(code), { [code]: 'In other words.' }).error_description).toBe('In other words.');
      expect(errorBody(anError(code), { server_error: 'Sorry.' }).error_description).toBe(
        code === 'server_error' ? 'Sorry.' : 'A fixed text.',
      );
    }
  });

  it('[AX-31] knows the codes of the reference system’s catalogue', () => {
    const catalogue =
      'invalid_request unauthorized_client access_denied unsupported_response_type invalid_scope server_error ' +
      'temporarily_unavailable invalid_client invalid_grant unsupported_grant_type invalid_token insufficient_scope ' +
      'interaction_required login_required account_selection_required consent_required invalid_request_uri ' +
      'invalid_request_object request_not_supported request_uri_not_supported registration_not_supported';
    expect(Object.keys(ERROR_CATALOGUE)).toEqual(expect.arrayContaining(catalogue.split(' ')));
  });

  it.each([
    ['token', 'invalid_client', 401, 400],
    ['token', 'unsupported_grant_type', 400, 401],
    ['token', 'invalid_grant', 400, 400],
    ['revoke', 'unauthorized_client', 403, 401],
    ['revoke', 'invalid_client', 401, 401],
    [undefined, 'invalid_client', 401, 401],
  ] as const)('[AX-66] [AX-54] [AX-110] at %s, %s: %i, and %i under compat axway', (endpoint, code, none, axway) => {
    const at = endpoint ? { endpoint } : {};
    const render = (settings: typeof NONE | typeof AXWAY) =>
      toEndpointResponse(anError(code), { format: 'json', settings, ...at });
    expect(render(NONE)).toMatchObject({ status: none, body: { error: code } });
    expect(render(AXWAY)).toMatchObject({ status: axway, body: { error: code } });
  });

  it('[AX-66] has a challenge with a 401 alone', () => {
    const error = anError('invalid_client', { headers: { 'WWW-Authenticate': 'Basic realm="x"', 'X-Other': '1' } });
    const at = (settings: typeof NONE | typeof AXWAY) =>
      toEndpointResponse(error, { format: 'json', settings, endpoint: 'token' }).headers;
    expect(at(NONE)).toHaveProperty('WWW-Authenticate', 'Basic realm="x"');
    expect(at(AXWAY)).not.toHaveProperty('WWW-Authenticate');
    expect(at(AXWAY)).toHaveProperty('X-Other', '1');
  });

  it('keeps a status that was given on purpose', () => {
    const error = anError('invalid_client', { status: 429 });
    const options = { format: 'json', settings: AXWAY, endpoint: 'token' } as const;
    expect(toEndpointResponse(error, options)).toMatchObject({ status: 429 });
  });
});

describe('whatever was thrown', () => {
  it('is a refusal as it is', () => {
    const error = anError('invalid_scope');
    expect(asOAuthError(error)).toBe(error);
  });

  it.each(['unavailable', 'timeout', 'unknown_outcome'] as const)(
    '[SEC-90] %s of a store is 503, to be tried again',
    (kind) => {
      expect(asOAuthError(new StoreError(kind, 'host db-7 is gone'))).toMatchObject({
        code: 'temporarily_unavailable',
        status: 503,
        headers: { 'Retry-After': '1' },
      });
    },
  );

  it.each([
    [new StoreError('corrupt', 'row 4711'), 500],
    [new StoreError('config', 'password of the database'), 500],
    [new StoreError('invalid', 'not a key'), 400],
    [new TypeError('x is not a function at /srv/app'), 500],
    ['a text', 500],
    [undefined, 500],
  ])('says nothing of %s', (thrown, status) => {
    const error = asOAuthError(thrown);
    expect(error.status).toBe(status);
    const { body } = toEndpointResponse(error, { format: 'json', settings: DEFAULT_SETTINGS }) as { body: object };
    expect(JSON.stringify(body)).not.toMatch(/4711|password|srv|not a key|a text/);
    expect(error.cause).toBe(thrown);
  });
});
