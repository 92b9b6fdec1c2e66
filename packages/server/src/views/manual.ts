import { BUILT_IN_LANGUAGES } from '../messages/messages.ts';
import { PARTIALS, shapeOf } from './load-templates.ts';
import type { Shape } from './shape.ts';
import { TEMPLATE_NAMES, type TemplateName } from './views.ts';

/** When each page is shown. */
const PAGES: Readonly<Record<TemplateName, string>> = {
  login:
    'A request needs an owner and nobody is signed in. The form has the fields `UserName`, `Passwd`, `continue` and `form_token`.',
  requestAccess:
    'The owner is asked for consent. The form has the fields `interaction`, `form_token`, one `scope` for each ticked box, and `decision`, which is `allow` or `deny`.',
  showAccessCode: 'A client that registered `urn:ietf:wg:oauth:2.0:oob` has its code shown, to be copied.',
  formPost:
    'An answer with `response_mode=form_post` on its way to the client. It should go on by itself, and have a button for browsers without scripts.',
  error: 'A request cannot be answered by a redirect; also what is not found.',
  account:
    '`GET /oauth/logout` of somebody who is signed in, and a client’s wish to sign its owner out: the form signs out. It has the field `form_token`, and those of `fields`, which lead back to the client.',
  loggedOut: 'After signing out.',
  start: '`/` with sample data.',
  home: '`/` without sample data.',
};

/** What each placeholder stands for, wherever it is. */
const MEANINGS: Readonly<Record<string, string>> = {
  lang: 'language of the page, for `<html lang>`',
  direction: '`ltr` or `rtl`, for `<html dir>`',
  action: 'where the form is posted to',
  continue: 'hidden field: the request that goes on after signing in',
  formToken: 'hidden field `form_token`: proves that the form is ours',
  interaction: 'hidden field: the accepted request, sealed',
  clientId: 'the `client_id`',
  clientName: 'what the client is called',
  clientDescription: 'a sentence about it; may be empty',
  clientSecret: 'secret of the sample client',
  loginHint: 'name that the client expects (`login_hint`); may be empty',
  logo: 'address of the client’s picture; may be empty',
  subject: 'stable id of the owner',
  username: 'name the owner signed in with',
  password: 'password of the sample owner',
  scopes: 'scopes to ask for',
  granted: 'scopes that were allowed before',
  scope: 'name of a scope',
  label: 'the message `scope.<name>`, or else the name',
  described: 'there is such a message',
  audience: 'resources that the tokens are for',
  resource: 'identifier of one',
  accessLife: 'life of an access token, in words; empty where there is none',
  refreshLife: 'life of a refresh token, in words; empty where there is none',
  signOut: 'address of the page that signs out',
  code: 'the code; on the error page the error code, which may be empty',
  state: 'the client’s `state`; may be empty',
  fields: 'parameters of the answer',
  name: 'name of one',
  value: 'its value',
  heading: 'what it is about',
  sentence: 'what happened, for the person at the browser',
  description: '`error_description`, in English; may be empty',
  traceId: 'finds the record in the log',
  version: 'version of the server',
  baseUrl: 'where this server is reached',
  store: 'name of the store',
  warnings: 'what should not stay so',
  warning: 'one of them',
  endpoints: 'addresses of the endpoints',
  url: 'one of them',
  purpose: 'what it is for',
  recipes: 'things to try',
  id: 'name of one, for the `id` of elements',
  intro: 'a sentence about it',
  link: 'address to open; may be empty',
  command: 'what to paste into a shell; may be empty',
  promises: 'what the store promises',
  promise: 'one of them',
};

/** The manual of templates and messages, as Markdown. */
export function pagesPage(): string {
  return [
    '# Pages and their words',
    '',
    'What a browser is shown is made of templates, one file of HTML for each page, and of messages, one file for each language. Both can be replaced; what is wrong with one is said at start, with its file, line and placeholder.',
    '',
    INTRODUCTION,
    '',
    ...TEMPLATE_NAMES.flatMap(pageSection),
  ].join('\n');
}

const INTRODUCTION = `## Templates

\`pages.templates.<page>\` names a file that takes the place of ours. Begin with a copy of ours, from \`packages/server/templates/\`.

| in a template | means |
|---|---|
| \`{{name}}\` | the value, escaped: always, there is no way around it |
| \`{{text.login.heading}}\` | the message \`login.heading\` in the language of the page |
| \`{{?name}}…{{/name}}\` | only if there is one: a text that is not empty, a list that is not empty, a yes |
| \`{{^name}}…{{/name}}\` | only if there is none |
| \`{{#name}}…{{/name}}\` | once for each of a list; what is around it can be named inside |
| \`{{>head}}\` | a part of ours: ${Object.keys(PARTIALS)
  .map((name) => `\`${name}\``)
  .join(', ')} |
| \`{{! … }}\` | nothing: a note to whoever reads the file |

A placeholder stands in the text of an element or between the quotes of an attribute. In a script, in a style, in an attribute that runs (\`onclick\`, \`style\`, \`srcdoc\`, …) or without quotes it is refused, since escaping would not be enough there. Attributes that lead somewhere (\`href\`, \`src\`, \`action\`, …) take addresses only. A condition on a whole attribute is written with a space at its end: \`<input {{?on}}checked {{/on}}>\`.

The policy in the headers of a page follows from its template: styles and scripts that are written in it are allowed by their hash, pictures, style sheets, fonts and scripts are loaded from this server alone. Files under the folder \`pages.assets\` are served at \`/xlib/\`.

## Messages

\`pages.messages\` lists JSON files, each named after its language: \`fr.json\` adds a language and has to be complete, \`${BUILT_IN_LANGUAGES[1]}.json\` changes words of one that is there (${BUILT_IN_LANGUAGES.map((language) => `\`${language}\``).join(', ')}). \`{name}\` in a message is the placeholder of that name on the page.

Two kinds of keys are yours to add: \`scope.<name>\`, what a scope means in words, and \`custom.<name>\`, for templates of your own. A browser gets the language it asks for, else \`pages.defaultLanguage\`.

## Placeholders of each page`;

function pageSection(name: TemplateName): readonly string[] {
  const rows = rowsOf(shapeOf(name), '');
  return [`### \`${name}\``, '', PAGES[name], '', '| placeholder | kind | stands for |', '|---|---|---|', ...rows, ''];
}

function rowsOf(shape: Shape, prefix: string): readonly string[] {
  return Object.entries(shape).flatMap(([name, kind]) => {
    const isList = typeof kind === 'object';
    const row = `| ${prefix}\`${name}\` | ${isList ? 'list' : KINDS[kind]} | ${MEANINGS[name] ?? ''} |`;
    return isList ? [row, ...rowsOf(kind, `${prefix}\`${name}\`: `)] : [row];
  });
}

const KINDS = { text: 'text', url: 'address', flag: 'yes or no' } as const;
