import { StoreError } from '@gatehouse/core';
import type { Row } from './session/session.ts';

/** The driver gives 64-bit integers as objects of its own, and counters of rows as numbers. */
export function integer(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : fromLong(value);
  if (Number.isSafeInteger(number)) return number;
  throw new StoreError('corrupt', `The column ${column} holds no whole number.`);
}

export function optionalInteger(row: Row, column: string): number | null {
  return isMissing(row[column]) ? null : integer(row, column);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new StoreError('corrupt', `The column ${column} holds no text.`);
}

export function optionalText(row: Row, column: string): string | null {
  return isMissing(row[column]) ? null : text(row, column);
}

/** A list; an empty one is not written, since the driver would write a null for it. */
export function texts(row: Row, column: string): readonly string[] {
  const value = row[column] ?? [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new StoreError('corrupt', `The column ${column} holds no list of texts.`);
}

function fromLong(value: unknown): number {
  return typeof value === 'object' && value !== null && 'toNumber' in value
    ? (value as { toNumber(): number }).toNumber()
    : Number.NaN;
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined;
}
