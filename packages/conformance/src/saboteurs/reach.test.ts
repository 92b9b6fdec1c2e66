import { expect, it } from 'vitest';
import { STORE_CASES } from '../areas/index.ts';
import { ReferenceStore } from '../reference/reference-store.ts';
import { reasonToSkip } from '../run.ts';
import { targetOf } from './catch.test-support.ts';
import { SABOTEURS } from './index.ts';

it('every case that runs on the reference store has a saboteur that it catches', () => {
  const reference = targetOf({
    id: 'reference',
    open: (memory, { namespace }) => new ReferenceStore(memory, namespace),
  });
  const caught = new Set(SABOTEURS.flatMap(({ caughtBy, alsoBreaks }) => [caughtBy, ...alsoBreaks]));
  const unreached = STORE_CASES.filter((each) => reasonToSkip(each, reference) === null && !caught.has(each.id));
  expect(unreached.map(({ id }) => id)).toEqual([]);
});

it('no saboteur names a case that is not there', () => {
  const ids = new Set(STORE_CASES.map(({ id }) => id));
  const named = SABOTEURS.flatMap(({ caughtBy, alsoBreaks }) => [caughtBy, ...alsoBreaks]);
  expect(named.filter((id) => !ids.has(id))).toEqual([]);
});
