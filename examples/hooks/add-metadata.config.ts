// Stores facts with a token, which the answer shows and which tokeninfo gives to whoever holds it.
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  grants: { client_credentials: { returnMetadata: ['Department'] } },
  tokeninfo: { extra: { Department: '${accesstoken.getAdditionalInformation().get("Department")}' } },
  hooks: {
    addMetadata: ({ client }) => ({ Department: client.id.startsWith('Sample') ? 'Samples' : 'Engineering' }),
  },
});
