import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createViews } from './create-views.ts';
import { aRequest, everyPage } from './pages.test-support.ts';
import { TEMPLATE_NAMES, type TemplateName } from './views.ts';

function file(name: string, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'templates-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const written = path.join(folder, name);
  writeFileSync(written, text);
  return written;
}

const withTemplate = (name: TemplateName, text: string, messages: readonly string[] = []) =>
  createViews({ basePath: '/api/oauth', templates: { [name]: file(`${name}.html`, text) }, messages });

describe('a template given by path', () => {
  test.each(TEMPLATE_NAMES)('[AX-232] replaces the page %s and no other', (name) => {
    const pages = everyPage(withTemplate(name, '<p>mine {{lang}}</p>'), aRequest());
    const mine = Object.entries(pages).filter(([, { html }]) => html === '<p>mine en</p>');
    // What is not found is shown with the template of errors.
    expect(mine.map(([page]) => page)).toEqual(name === 'error' ? ['error', 'notFound'] : [name]);
  });

  test.each([
    ['[AX-33]', 'login', '{{action}} {{continue}} {{formToken}} {{clientName}} {{loginHint}}'],
    ['[AX-34]', 'requestAccess', '{{clientName}} {{logo}} {{#scopes}}{{scope}}{{/scopes}} {{username}} {{accessLife}}'],
    ['[AX-40]', 'showAccessCode', '{{code}} {{state}} {{clientName}}'],
  ] as const)('%s %s has the placeholders of its page, filled with what is theirs', (_, name, text) => {
    const { html } = everyPage(withTemplate(name, text), aRequest())[name] ?? {};
    expect(html).not.toContain('{{');
    expect(html).toContain(name === 'showAccessCode' ? 'code state Sample App' : 'Sample App');
  });

  test('escapes as ours do', () => {
    const { html } = everyPage(withTemplate('login', '<b>{{clientName}}</b>'), aRequest(), '<i>"')['login'] ?? {};
    expect(html).toBe('<b>&lt;i&gt;&quot;</b>');
  });

  test('gets a policy for its own styles and for what it loads from this host', () => {
    const text = '<link rel="stylesheet" href="/xlib/a.css"><style>b{}\r\n</style><script src="/xlib/a.js"></script>';
    const policy = everyPage(withTemplate('error', text), aRequest())['error']?.headers['Content-Security-Policy'];
    expect(policy).toContain("style-src 'sha256-");
    expect(policy).toContain("'self'; script-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'");
  });

  test('may use messages of its operator', () => {
    const messages = [file('en.json', JSON.stringify({ 'custom.help': 'Ask about {clientName}' }))];
    const { html } = everyPage(withTemplate('login', '{{text.custom.help}}', messages), aRequest())['login'] ?? {};
    expect(html).toBe('Ask about Sample App');
  });

  test('[AX-232] with a placeholder that is not known is refused at start, by file and name', () => {
    expect(() => withTemplate('login', 'a\n{{user}}')).toThrow(/login\.html:2: \{\{user\}\} is unknown here/);
  });

  test('that is not there is refused at start', () => {
    expect(() => createViews({ basePath: '', templates: { login: '/nowhere/login.html' } })).toThrow(
      '/nowhere/login.html: the template of the page login cannot be read.',
    );
  });

  test('is tried with every language: a placeholder in one of them that the page has not is refused', () => {
    const messages = [file('de.json', JSON.stringify({ 'login.title': 'Hallo {nobody}' }))];
    expect(() => createViews({ basePath: '', messages })).toThrow('is a message with {nobody}');
  });
});
