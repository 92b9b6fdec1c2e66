// Tells clients of OpenID Connect more about an owner than the standard claims: in the ID token, and at UserInfo.
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  hooks: {
    addClaims: ({ owner, to }) =>
      to === 'id_token' ? { role: owner?.claims['role'] ?? 'guest' } : { groups: ['staff'] },
  },
});
