import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BUILT_IN_LANGUAGES, loadMessages } from './messages.ts';

const builtIn = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../messages/${language}.json`, import.meta.url)), 'utf8'));

function file(name: string, content: unknown): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'messages-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const written = path.join(folder, name);
  writeFileSync(written, typeof content === 'string' ? content : JSON.stringify(content));
  return written;
}

const placeholders = (text: string): readonly string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe('the languages that come along', () => {
  const english = builtIn('en');

  test.each(BUILT_IN_LANGUAGES)('%s has every message, with the same placeholders, and none besides', (language) => {
    const words = builtIn(language);
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
    for (const [key, text] of Object.entries(words))
      expect([key, placeholders(text)]).toEqual([key, placeholders(english[key] ?? '')]);
  });

  test('say different things in different words', () => {
    const same = Object.entries(builtIn('de')).filter(([key, text]) => english[key] === text);
    expect(same.map(([key]) => key)).toEqual(expect.arrayContaining(['brand', 'direction']));
    expect(same.length).toBeLessThan(8);
  });
});

describe('message files of an operator', () => {
  test('change some words of a language we have', () => {
    const messages = loadMessages([file('de.json', { brand: 'Haus' })], 'en');
    expect([messages.find('de', 'brand'), messages.find('en', 'brand')]).toEqual(['Haus', 'Gatehouse']);
    expect(messages.find('de', 'login.submit')).toBe('Anmelden');
  });

  test('add a language, as long as it is complete', () => {
    const french = Object.fromEntries(Object.keys(builtIn('en')).map((key) => [key, `fr ${key}`]));
    const messages = loadMessages([file('fr.json', french)], 'fr');
    expect(messages.languages).toEqual(['en', 'de', 'fr']);
    expect(messages.find('fr', 'login.title')).toBe('fr login.title');
  });

  test('may have words for scopes and for templates of their own', () => {
    const messages = loadMessages(
      [file('en.json', { 'scope.mail': 'Read mail', 'custom.help': 'Call {phone}' })],
      'en',
    );
    expect(messages.find('en', 'scope.mail')).toBe('Read mail');
    expect(messages.find('de', 'scope.mail')).toBe('Read mail');
    expect(messages.parameters('custom.help')).toEqual(new Set(['phone']));
  });

  test.each([
    ['fr.json', { brand: 'x' }, /fr\.json: these messages are missing: direction, login\.title/],
    ['de.json', { 'login.titel': 'x' }, /de\.json: no page has these messages: login\.titel/],
    ['de.json', { brand: 7 }, /de\.json: the message brand is no text/],
    ['de.json', { brand: ' ' }, /de\.json: the message brand is no text/],
    ['de.json', [], /de\.json: is no object of messages/],
    ['de.json', '{', /de\.json: cannot be read as JSON/],
    ['words.json', {}, /a message file is named after its language/],
  ])('are refused with their name: %s %j', (name, content, message) => {
    expect(() => loadMessages([file(name, content)], 'en')).toThrow(message);
  });

  test('that are not there are named, as is a default language without any', () => {
    expect(() => loadMessages(['/nowhere/fr.json'], 'en')).toThrow('/nowhere/fr.json: cannot be read as JSON');
    expect(() => loadMessages([], 'fr')).toThrow('no messages in the default language fr; there are: en, de');
  });
});
