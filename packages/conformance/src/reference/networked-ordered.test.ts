import { defineStoreConformance } from '../runners/vitest.ts';
import { networkedTarget } from './networked.test-support.ts';

// Additions before the change, tokens seen late: what the cases expect then.
defineStoreConformance(networkedTarget('ordered'));
