import { describe, expect, test } from 'vitest';
import { compileTemplate } from './template.ts';

const SHAPE = {
  name: 'text',
  link: 'url',
  on: 'flag',
  items: { item: 'text' },
} as const;

const world = {
  partials: new Map([
    ['part', { file: 'part.html', text: '<i>{{name}}</i>' }],
    ['loop', { file: 'loop.html', text: '{{>loop}}' }],
    ['css', { file: 'style.css', text: 'b{color:red}' }],
  ]),
  messageParameters: (key: string) =>
    new Map([
      ['hello', new Set(['name'])],
      ['link', new Set(['link'])],
      ['item', new Set(['item'])],
    ]).get(key),
};
const WORDS: Readonly<Record<string, string>> = { hello: 'Hello {name} & all', item: '<{item}>' };

const compile = (text: string) => compileTemplate({ file: 'my/login.html', text }, SHAPE, world);
const render = (text: string, values = {}): string =>
  compile(text).render(
    { name: 'Ada', link: '/x?a=1&b=2', on: true, items: [{ item: '1' }, { item: '2' }], ...values },
    (key) => WORDS[key] ?? '',
  );

describe('a template', () => {
  test('puts texts and addresses in, escaped', () => {
    expect(render('<a href="{{link}}" title="{{name}}">{{ name }}</a>', { name: '<"&\'`>' })).toBe(
      '<a href="/x?a=1&amp;b=2" title="&lt;&quot;&amp;&#39;&#96;&gt;">&lt;&quot;&amp;&#39;&#96;&gt;</a>',
    );
  });

  test('repeats a section for each of a list, which sees what is around it', () => {
    expect(render('{{#items}}<b>{{item}}{{name}}</b>{{/items}}')).toBe('<b>1Ada</b><b>2Ada</b>');
  });

  test('shows a section if there is something, or if there is nothing', () => {
    const text = '{{?on}}a{{/on}}{{^on}}b{{/on}}{{?items}}c{{/items}}{{^items}}d{{/items}}{{?name}}e{{/name}}';
    expect(render(text)).toBe('ace');
    expect(render(text, { on: false, items: [], name: '' })).toBe('bd');
    expect(render(text, { on: false, items: [], name: null })).toBe('bd');
  });

  test('puts a whole attribute under a condition', () => {
    const text = '<input {{?on}}checked {{/on}}>';
    expect([render(text), render(text, { on: false })]).toEqual(['<input checked >', '<input >']);
  });

  test('fills the placeholders of messages, and escapes words and fillings alike', () => {
    expect(render('{{text.hello}}{{#items}}{{text.item}}{{/items}}', { name: '<b>' })).toBe(
      'Hello &lt;b&gt; &amp; all&lt;1&gt;&lt;2&gt;',
    );
  });

  test('includes parts, and leaves comments out', () => {
    expect(render('{{! not for readers }}{{>part}}')).toBe('<i>Ada</i>');
  });

  test('knows its styles and scripts, for their hashes, and what it loads', () => {
    const { contents } = compile(
      '<style>{{>css}}</style><STYLE media="print">i{}</STYLE><script>1<2</script><script src="/xlib/a.js"></script><img src="{{link}}">',
    );
    expect(contents.styles).toEqual(['b{color:red}', 'i{}']);
    expect(contents.scripts).toEqual(['1<2', '']);
    expect([...contents.loads]).toEqual(['script', 'img']);
  });
});

describe('[AX-232] a template that is wrong is refused with its file, line and placeholder', () => {
  test.each([
    ['\n\n{{nmae}}', 'my/login.html:3: {{nmae}} is unknown here; there is: name, link, on, items.'],
    ['{{item}}', '{{item}} is unknown here'],
    ['{{toString}}', '{{toString}} is unknown here'],
    ['{{#nothing}}{{/nothing}}', '{{#nothing}} is unknown here'],
    ['{{#name}}{{/name}}', '{{#name}} is no list'],
    ['{{on}}', '{{on}} is a condition or a list'],
    ['{{items}}', '{{items}} is a condition or a list'],
    ['{{>nothing}}', '{{>nothing}} is unknown; there is: part, loop, css.'],
    ['{{>loop}}', 'loop.html:1: {{>loop}} includes itself.'],
    ['{{text.nothing}}', '{{text.nothing}} is no message.'],
    ['{{text.item}}', 'is a message with {item}, and there is no such text on this page.'],
    ['{{text.link}}', 'is a message with {link}, and there is no such text on this page.'],
    ['{{?on}}', 'my/login.html: the section {{on}} is not closed.'],
    ['{{?on}}{{#items}}{{/on}}', '{{/on}} stands where {{/items}} has to be.'],
    ['{{/on}}', 'closes what is not open.'],
    ['{{{name}}}', '{{{name}}} is refused: nothing is put into a page unescaped.'],
    ['{{& name}}', 'is refused: nothing is put into a page unescaped.'],
  ])('%j', (text, message) => {
    expect(() => compile(text)).toThrow(message);
  });
});

describe('[SEC-93] a placeholder stands only where escaping is enough', () => {
  test.each([
    ['<script>var x = "{{name}}"</script>', 'in a script or a style'],
    ['<style>b{color:{{name}}}</style>', 'in a script or a style'],
    ['<a title={{name}}>', 'not between the quotes'],
    ['<b {{name}}>', 'not between the quotes'],
    ['<{{name}}>', 'not between the quotes'],
    ['<!-- {{name}} -->', 'not between the quotes'],
    ['<a onclick="{{name}}">', 'in the attribute onclick'],
    ['<a ONCLICK = "{{link}}">', 'in the attribute onclick'],
    ['<a onclick {{?on}}{{/on}}="{{name}}">', 'in the attribute ?'],
    ['<b style="{{name}}">', 'in the attribute style'],
    ['<iframe srcdoc="{{name}}">', 'in the attribute srcdoc'],
    ['<meta content="0;url={{link}}">', 'in the attribute content'],
    ['<use xlink:href="{{link}}">', 'in the attribute xlink:href'],
    ['<a href="{{name}}">', 'the attribute href takes an address'],
    ['<form action="{{text.hello}}">', 'the attribute action takes an address'],
    ["<button formaction='{{name}}'>", 'the attribute formaction takes an address'],
    ['<a {{?on}}title="{{/on}}">', 'closes elsewhere in the document'],
    ['{{?on}}<b {{/on}}>', 'closes elsewhere in the document'],
    ['<b {{?on}}o{{/on}}nclick="x">', 'closes elsewhere in the document'],
    ['<b o{{?on}}n{{/on}}click="{{name}}">', 'stands where a section cannot begin'],
    ['<script>{{?on}}{{/on}}</script>', 'stands where a section cannot begin'],
  ])('%s', (text, message) => {
    expect(() => compile(text)).toThrow(message);
  });

  test.each([
    '<title>{{name}}</title>',
    "<b title='{{name}}'>",
    '<a href="{{link}}">{{link}}</a>',
    '<p>1 < 2 {{name}}</p>',
    '<script>1 < 2</script>{{name}}',
    '<b class=plain>{{name}}</b>',
    '<input disabled value = "{{name}}"/>',
  ])('and here it is: %s', (text) => {
    expect(() => compile(text)).not.toThrow();
  });
});
