const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Seconds in words, by the two largest units that matter: "1 hour", "2 days, 6 hours". */
export function durationInWords(seconds: number, language: string): string {
  const first = UNITS.findIndex(([, length]) => seconds >= length);
  if (first < 0) return unitInWords(0, 'second', language);
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, length] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    if (count > 0) parts.push(unitInWords(count, unit, language));
    rest -= count * length;
  }
  return new Intl.ListFormat(language, { type: 'unit', style: 'long' }).format(parts);
}

function unitInWords(count: number, unit: string, language: string): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
