import { expect, it } from 'vitest';
import { keyspaceAdvice, keyspaceStatement } from './keyspace.ts';

it('[AX-192] a keyspace is created with three copies in each data centre that has the nodes', () => {
  const centres = new Map([
    ['eu-west', 5],
    ['eu-east', 2],
  ]);
  expect(keyspaceStatement('gatehouse', { centres })).toBe(
    "CREATE KEYSPACE gatehouse WITH replication = {'class': 'NetworkTopologyStrategy', 'eu-west': 3, 'eu-east': 2};",
  );
  const advice = keyspaceAdvice('gatehouse', { centres });
  expect(advice).toMatch(/eu-east has 2 nodes: enough to try things out, not for production/);
  expect(advice).toMatch(/tablets/);
  expect(advice).toMatch(/--create-keyspace/);
});
