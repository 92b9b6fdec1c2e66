import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The words of every page, in every language there is. */
export interface Messages {
  readonly languages: readonly string[];
  /** In that language, else in the default one, else English; undefined where none has it. */
  find(language: string, key: string): string | undefined;
  /** Names in braces that any language's words for this key hold; undefined: no such message. */
  parameters(key: string): ReadonlySet<string> | undefined;
}

type Words = ReadonlyMap<string, string>;

/** The languages that come with the product; English is the one that all are measured by. */
export const BUILT_IN_LANGUAGES = ['en', 'de'] as const;
const MEASURE = 'en';

// What an operator may add: words for their own scopes, and for their own templates.
const OPEN_KEYS = /^(scope|custom)\../;

/**
 * @param files JSON, one language each, named after it: `fr.json` adds French, `de.json` changes words of ours
 * @throws Error naming the file and the key that is missing, unknown or no text
 */
export function loadMessages(files: readonly string[], defaultLanguage: string): Messages {
  const byLanguage = new Map<string, Words>();
  for (const language of BUILT_IN_LANGUAGES)
    byLanguage.set(language, readWords(fileURLToPath(new URL(`../../messages/${language}.json`, import.meta.url))));
  const measure = byLanguage.get(MEASURE) as Words;
  for (const file of files) {
    const language = basename(file, '.json');
    if (!/^[a-z]{2,3}(-[A-Za-z\d]{2,8})*$/.test(language))
      throw new Error(`${file}: a message file is named after its language, like fr.json or pt-BR.json.`);
    byLanguage.set(
      language,
      complete(file, new Map([...(byLanguage.get(language) ?? []), ...readWords(file)]), measure),
    );
  }
  if (!byLanguage.has(defaultLanguage))
    throw new Error(
      `There are no messages in the default language ${defaultLanguage}; there are: ${[...byLanguage.keys()].join(', ')}.`,
    );

  const find = (language: string, key: string): string | undefined =>
    byLanguage.get(language)?.get(key) ?? byLanguage.get(defaultLanguage)?.get(key) ?? measure.get(key);
  return {
    languages: [...byLanguage.keys()],
    find,
    parameters(key) {
      if (find(defaultLanguage, key) === undefined) return undefined;
      const texts = [...byLanguage.values()].map((words) => words.get(key) ?? '');
      return new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')));
    },
  };
}

function readWords(file: string): Words {
  const fail = (reason: string, cause?: unknown): never => {
    throw new Error(`${file}: ${reason}`, { cause });
  };
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    fail(`cannot be read as JSON (${cause instanceof Error ? cause.message : String(cause)}).`, cause);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) fail('is no object of messages.');
  const words = new Map<string, string>();
  for (const [key, text] of Object.entries(content as object)) {
    if (typeof text !== 'string' || text.trim() === '') fail(`the message ${key} is no text.`);
    words.set(key, text);
  }
  return words;
}

function complete(file: string, words: Words, measure: Words): Words {
  const unknown = [...words.keys()].filter((key) => !measure.has(key) && !OPEN_KEYS.test(key));
  if (unknown.length > 0) throw new Error(`${file}: no page has these messages: ${unknown.join(', ')}.`);
  const missing = [...measure.keys()].filter((key) => !words.has(key) && !OPEN_KEYS.test(key));
  if (missing.length > 0) throw new Error(`${file}: these messages are missing: ${missing.join(', ')}.`);
  return words;
}
