/** Names as a list of texts: `'data', 'state'` */
export function listed(names: Iterable<string>): string {
  return [...names].map((name) => `'${name}'`).join(', ');
}
