import { randomBytes } from 'node:crypto';

/** For the administrator of a server that a test starts: letters of three kinds, as some demand. */
export const madePassword = (): string => `Gh1${randomBytes(12).toString('hex')}`;
