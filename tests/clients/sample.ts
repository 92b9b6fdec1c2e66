/** The sample clients, as an application that uses them knows them. */
export const CONFIDENTIAL = { id: 'SampleConfidentialApp', secret: '6808d4b6-ef09-4b0d-8f28-3b05da9c48ec' } as const;
export const PUBLIC = { id: 'SamplePublicApp' } as const;
export const CALLBACK = 'http://127.0.0.1:53682/callback';
export const OWNER = { username: 'sampleuser', password: 'changeme' } as const;
