import { StoreError } from '@gatehouse/core';

/** @throws StoreError `config`, always */
export function refuse(message: string, options: ErrorOptions = {}): never {
  throw new StoreError('config', message, options);
}
