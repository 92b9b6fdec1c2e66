import type { Entropy } from '@gatehouse/core';

/** The header that tells a client under which id an operator finds its request. */
export const TRACE_HEADER = 'X-Trace-Id';

/** 128 random bits in hexadecimal, as a trace id of W3C Trace Context is. */
export function newTraceId(entropy: Entropy): string {
  return Buffer.from(entropy.bytes(16)).toString('hex');
}
