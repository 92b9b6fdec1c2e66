/** The client that asks, the same at every target. Its secret is made by a machine, so no slow hash is due. */
export const CLIENT = { id: 'bench', secret: 'bench-secret-0123456789-abcdefghijklmnop' } as const;
export const SCOPE = 'resource.READ';
export const LIFE_SECONDS = 3_600;
