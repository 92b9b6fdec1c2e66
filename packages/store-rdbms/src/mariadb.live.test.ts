import { defineStoreConformance } from '@gatehouse/conformance/vitest';
import { test } from 'vitest';
import { targetOf } from './conformance-target.test-support.ts';
import { migrate } from './index.ts';

const connection = process.env['TEST_MARIADB_URL'];
if (connection) {
  await migrate({ connection });
  defineStoreConformance(targetOf('MariaDB', connection));
} else test('store conformance: MariaDB', (context) => context.skip('TEST_MARIADB_URL is not set.'));
