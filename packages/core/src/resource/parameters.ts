import { formDecode } from '../oauth/form-encoding.ts';

/**
 * The values of one parameter in the query or form of a request that is somebody else's: what else is in there, how often
 * and how well encoded is for the resource to judge. A value that cannot be read is an empty one.
 */
export function parameterValues(text: string, name: string): string[] {
  const values: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('&', start);
    if (end === -1) end = text.length;
    const pair = text.slice(start, end);
    const equals = pair.indexOf('=');
    if (formDecode(equals === -1 ? pair : pair.slice(0, equals)) === name)
      values.push(equals === -1 ? '' : (formDecode(pair.slice(equals + 1)) ?? ''));
    start = end + 1;
  }
  return values;
}
