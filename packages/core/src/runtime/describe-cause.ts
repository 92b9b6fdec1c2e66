/** Names, messages and codes down the chain of causes; no values that a driver bound. */
export function describeCause(cause: unknown): readonly string[] {
  const chain: string[] = [];
  for (let at = cause; at instanceof Error && chain.length < 8; at = at.cause) {
    const code = (at as Error & { code?: unknown }).code;
    chain.push(`${at.name}: ${at.message}${typeof code === 'string' || typeof code === 'number' ? ` (${code})` : ''}`);
  }
  return chain.length > 0 ? chain : [typeof cause];
}
