type Record_ = Readonly<Record<string, unknown>>;

const SHOWN_APART: ReadonlySet<string> = new Set(['level', 'time', 'msg']);

/** Of a request the sentence has these already. */
const IN_THE_SENTENCE: ReadonlySet<string> = new Set(['method', 'path', 'status']);

const short = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);

/** A record of the log as a line for people: time, level, sentence, and the rest as name=value. */
export function textLine(json: string): string {
  let record: Record_;
  try {
    record = JSON.parse(json) as Record_;
  } catch {
    return json;
  }
  const time = String(record['time']).slice(11, 23);
  const level = String(record['level']).toUpperCase().padEnd(5);
  const said = `${String(record['method'])} ${String(record['path'])} ${String(record['status'])}`;
  const isRequest = record['msg'] === said;
  const rest = Object.entries(record)
    .filter(([name]) => !SHOWN_APART.has(name) && !(isRequest && IN_THE_SENTENCE.has(name)))
    .map(([name, value]) => ` ${name}=${short(value)}`);
  return `${time} ${level} ${String(record['msg'])}${rest.join('')}\n`;
}
