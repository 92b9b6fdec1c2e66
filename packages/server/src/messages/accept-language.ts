/**
 * The best of the languages we have for what a browser says it reads (RFC 9110 12.5.4, look-up of RFC 4647 3.4).
 * A header that is no list of languages counts as none.
 */
export function chooseLanguage(header: string | null, available: readonly string[], otherwise: string): string {
  for (const range of rangesByPreference(header ?? '')) {
    if (range === '*') return otherwise;
    for (let tag = range; tag !== ''; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))) {
      const found = available.find((language) => language.toLowerCase() === tag);
      if (found !== undefined) return found;
    }
  }
  return otherwise;
}

// What a person has set up fits into this many; more is somebody's experiment.
const MOST_RANGES = 20;

function rangesByPreference(header: string): readonly string[] {
  return header
    .split(',', MOST_RANGES)
    .map((part) => {
      const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { range, quality: Number(quality) };
    })
    .filter(({ range, quality }) => /^(\*|[a-z\d]{1,8}(-[a-z\d]{1,8})*)$/.test(range) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ range }) => range);
}
