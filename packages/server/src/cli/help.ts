import { type Command, EXIT } from './command.ts';
import { VERBS } from './verbs.ts';

/** The table of verbs. */
export function helpText(): string {
  const width = Math.max(...[...VERBS.keys()].map((verb) => verb.length));
  const verbs = [...VERBS].map(([verb, { summary }]) => `  ${verb.padEnd(width)}  ${summary}`);
  return [
    'Gatehouse, an OAuth 2.0 authorization server',
    '',
    'gatehouse <verb> [options]',
    '',
    ...verbs,
    `  ${'version'.padEnd(width)}  Print the version`,
    `  ${'help'.padEnd(width)}  Print this, or the options of a verb: gatehouse help serve`,
    '',
    `Exit codes: ${EXIT.done} done, ${EXIT.failed} failed, ${EXIT.usage} wrong command line, ${EXIT.config} wrong configuration.`,
  ].join('\n');
}

/** How one verb is called. */
export function commandHelp({ usage, summary, flags }: Command): string {
  const rows = Object.entries(flags).map(([name, { value, meaning }]) => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    meaning,
  ]);
  const width = Math.max(0, ...rows.map(([left = '']) => left.length));
  return [
    ...usage.split('\n').map((line) => `gatehouse ${line}`),
    '',
    summary,
    '',
    ...rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`),
  ].join('\n');
}
