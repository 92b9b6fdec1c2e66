import { StoreError } from '@gatehouse/core';

export function conflict(): StoreError {
  return new StoreError('conflict', 'A record to add is there already.');
}
