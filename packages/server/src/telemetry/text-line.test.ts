import { expect, test } from 'vitest';
import { textLine } from './text-line.ts';

const at = { level: 'info', time: '2026-01-02T03:04:05.678Z' };

test('a request is told once: what its sentence has is not said again', () => {
  const request = { ...at, method: 'GET', path: '/health', status: 200, ms: 1.5, msg: 'GET /health 200' };
  expect(textLine(JSON.stringify(request))).toBe('03:04:05.678 INFO  GET /health 200 ms=1.5\n');
});

test('every other record has all its fields', () => {
  const other = { ...at, path: '/a b', status: 200, msg: 'Something.' };
  expect(textLine(JSON.stringify(other))).toBe('03:04:05.678 INFO  Something. path="/a b" status=200\n');
});
