import { defineStoreConformance } from '../runners/vitest.ts';
import { networkedTarget } from './networked.test-support.ts';

// The cases that only a store behind a network meets, run against one that is made for them.
defineStoreConformance(networkedTarget('sql'));
