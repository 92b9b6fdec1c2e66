import { describe, expect, it } from 'vitest';
import type { EndpointRequest } from '../endpoints/endpoint.ts';
import { DEFAULT_LIMITS } from '../server/defaults.ts';
import { requireFormBody } from './form-body.ts';
import { everythingSaid, refused } from './refused.test-support.ts';

interface Post {
  readonly method?: string;
  readonly type?: string | null;
  readonly query?: string;
  readonly body?: string;
}

const FORM = 'application/x-www-form-urlencoded';

function post({ body = 'grant_type=x', method = 'POST', query = '', type = FORM }: Post = {}) {
  const request: EndpointRequest = {
    method,
    url: new URL(`https://issuer.example/api/oauth/token${query}`),
    headers: new Headers(type === null ? {} : { 'content-type': type }),
    body,
    clientAddress: '192.0.2.1',
    traceId: 't',
    ownerCookie: null,
    browserCookie: null,
  };
  return requireFormBody(request, DEFAULT_LIMITS);
}

describe('a form body', () => {
  it.each([
    FORM,
    'Application/X-WWW-Form-URLEncoded',
    `${FORM};charset=utf-8`,
    `${FORM} ; charset="UTF-8"`,
    `${FORM}; charset=utf8; x=y`,
    `${FORM};`,
  ])('[AX-55] is read under the media type %s', (type) => {
    expect(post({ type }).get('grant_type')).toBe('x');
  });

  it.each([
    'application/json',
    'text/plain',
    'multipart/form-data; boundary=x',
    `${FORM}; charset=iso-8859-1`,
    `${FORM}; charset=utf-8; charset=utf-8`,
    `${FORM}, ${FORM}`,
    `${FORM}x`,
    `x${FORM}`,
    `${FORM}; charset`,
    'application',
    '',
  ])('is refused under the media type %j', (type) => {
    expect(refused(() => post({ type }))).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it('is refused without a media type, unless there is nothing to read', () => {
    expect(refused(() => post({ type: null })).failed.check).toBe('content-type');
    expect([...post({ type: null, body: '' }).names()]).toEqual([]);
  });

  it.each(['GET', 'PUT', 'HEAD', 'post'])('is not read of a %s, which is told what is allowed', (method) => {
    expect(refused(() => post({ method }))).toMatchObject({
      code: 'invalid_request',
      status: 405,
      headers: { Allow: 'POST' },
    });
  });

  it.each(['client_secret', 'grant_type', 'code', 'refresh_token', 'password', 'access_token', 'token', 'assertion'])(
    '[SEC-76] [AX-55] is refused beside %s in the URL, with or without a value',
    (name) => {
      const error = refused(() => post({ query: `?${name}=value-in-the-url`, body: 'a=1' }));
      expect(error).toMatchObject({ code: 'invalid_request', failed: { check: 'credentials-in-query' } });
      expect(everythingSaid(error)).not.toContain('value-in-the-url');
      expect(refused(() => post({ query: `?${name}`, body: 'a=1' })).failed.check).toBe('credentials-in-query');
    },
  );

  it('[SEC-19] is refused where the URL has one of its parameters', () => {
    expect(refused(() => post({ query: '?scope=a', body: 'scope=a' })).failed.check).toBe('parameter-once');
    expect(post({ query: '?tenant=1' }).has('tenant')).toBe(false);
  });

  it('[SEC-43] reads a media type in one pass, so that a megabyte of it is refused like any other', () => {
    // Quadratic work on this much would not end while the test runs.
    const much = 1_000_000;
    for (const rest of [' '.repeat(much), `x="${'\\'.repeat(much)}`, 'x'.repeat(much), `${'; '.repeat(much)}=`])
      expect(refused(() => post({ type: `${FORM};${rest}x` })).failed.check).toBe('content-type');
  });
});
