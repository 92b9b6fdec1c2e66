import { describe, expect, test } from 'vitest';
import { chooseLanguage } from './accept-language.ts';

describe('the language for a browser', () => {
  test.each([
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'en'],
    ['en;q=0.5, de;q=0.6', 'de'],
    ['DE', 'de'],
    ['PT-br', 'pt-BR'],
    ['pt-BR-x-old', 'pt-BR'],
    ['pt', 'en'],
    ['ja, *', 'en'],
    ['de;q=0, en', 'en'],
    ['de;q=0', 'en'],
    ['', 'en'],
    [null, 'en'],
    ['deutsch bitte', 'en'],
    ['de;q=abc', 'en'],
    ['../../etc/passwd', 'en'],
    [`${'x,'.repeat(5000)}de`, 'en'],
  ])('%j: %s', (header, language) => {
    expect(chooseLanguage(header, ['en', 'de', 'pt-BR'], 'en')).toBe(language);
  });
});
