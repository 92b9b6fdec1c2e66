import { describe, expect, it } from 'vitest';
import { basicChallenge, bearerChallenge } from './www-authenticate.ts';

describe('a challenge', () => {
  it('[AX-136] has the reference system’s form', () => {
    expect(
      bearerChallenge({
        realm: 'DefaultRealm',
        error: 'insufficient_scope',
        description: 'scope(s) associated with access token are not valid to access this resource.',
        scope: 'Scopes must match Any of these scopes:resource.WRITE',
      }),
    ).toBe(
      'Bearer realm="DefaultRealm", error="insufficient_scope", error_description="scope(s) associated with access ' +
        'token are not valid to access this resource.", scope="Scopes must match Any of these scopes:resource.WRITE"',
    );
    expect(bearerChallenge({ realm: 'DefaultRealm' })).toBe('Bearer realm="DefaultRealm"');
  });

  it('names the scheme and the charset of Basic', () => {
    expect(basicChallenge('R')).toBe('Basic realm="R", charset="UTF-8"');
  });

  it('[SEC-140] cannot be left by a text in it', () => {
    expect(bearerChallenge({ realm: 'a"b\\c', scope: 'x\r\nSet-Cookie: y\0é\u2028' })).toBe(
      'Bearer realm="a\\"b\\\\c", scope="x??Set-Cookie: y???"',
    );
  });
});
