/** One thing that is wrong with a configuration: where it is, where it came from, what it is and what mends it. */
export interface ConfigProblem {
  /** Empty where the whole is meant. */
  readonly key: string;
  /** `gatehouse.config.yaml`, `the environment variable PORT`, `the flag --port`; null: it is nowhere. */
  readonly origin: string | null;
  /** A verb first: `is "abc"`. */
  readonly problem: string;
  readonly fix: string;
}

function line({ key, origin, problem, fix }: ConfigProblem): string {
  const what = key === '' ? (origin ?? 'The configuration') : key;
  const where = key !== '' && origin !== null ? ` (${origin})` : '';
  return `${what}${where} ${problem}: ${fix}${fix.endsWith('?') ? '' : '.'}`;
}

/** Everything that is wrong, at once. Never holds the value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(
      problems.length === 1
        ? problems.map(line).join('')
        : `${problems.length} problems in the configuration:\n${problems.map((p) => `  ${line(p)}`).join('\n')}`,
    );
    this.problems = problems;
  }
}
