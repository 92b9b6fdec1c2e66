import type { ConsentPrompt, LoginPrompt, OAuthError } from '@gatehouse/core';
import { chooseLanguage } from '../messages/accept-language.ts';
import { durationInWords } from '../messages/duration.ts';
import { loadMessages } from '../messages/messages.ts';
import { sentenceKeys } from './error-sentence.ts';
import { loadTemplates } from './load-templates.ts';
import { contentSecurityPolicy, pageHeaders } from './page-headers.ts';
import { ENDS_AT_A_CLIENT, type SHAPES } from './pages.ts';
import type { DataOf, Values } from './shape.ts';
import { startPageValues } from './start-page.ts';
import {
  type PageRequest,
  type RenderedPage,
  TEMPLATE_NAMES,
  type TemplateName,
  type ViewOptions,
  type Views,
} from './views.ts';

/** What a page is filled with, besides what every page gets. */
type PageValues<N extends TemplateName> = DataOf<(typeof SHAPES)[N]>;

/** @throws Error that names file and placeholder, or file and message, when a template or message file is wrong */
export function createViews(options: ViewOptions): Views {
  const defaultLanguage = options.defaultLanguage ?? 'en';
  const messages = loadMessages(options.messages ?? [], defaultLanguage);
  const templates = loadTemplates(options.templates ?? {}, messages);
  const policies = Object.fromEntries(
    TEMPLATE_NAMES.map((name) => [name, contentSecurityPolicy(templates[name].contents, ENDS_AT_A_CLIENT.has(name))]),
  );
  const mount = options.mountPath ?? '';
  const endpoints = mount + options.basePath;

  const languageOf = (request: PageRequest): string =>
    chooseLanguage(request.acceptLanguage, messages.languages, defaultLanguage);
  const words = (language: string, key: string): string => messages.find(language, key) ?? '';

  const page = <N extends TemplateName>(
    name: N,
    request: PageRequest,
    values: PageValues<N>,
    status = 200,
  ): RenderedPage => {
    const lang = languageOf(request);
    const inLanguage = (key: string): string => words(lang, key);
    const all = { ...values, lang, direction: inLanguage('direction') } as unknown as Values;
    return {
      status,
      headers: pageHeaders(policies[name] ?? '', lang),
      html: templates[name].render(all, inLanguage),
    };
  };

  const loginPage = (prompt: LoginPrompt, request: PageRequest): RenderedPage =>
    page('login', request, {
      action: `${mount}/oauth/login`,
      continue: prompt.continueTo,
      formToken: prompt.formToken,
      clientName: prompt.clientName,
      loginHint: prompt.loginHint,
    });

  const consentPage = (prompt: ConsentPrompt, request: PageRequest): RenderedPage => {
    const lang = languageOf(request);
    const labelled = (scope: string): { scope: string; label: string; described: boolean } => {
      const label = messages.find(lang, `scope.${scope}`);
      return { scope, label: label ?? scope, described: label !== undefined };
    };
    const { client, refreshSeconds } = prompt;
    return page('requestAccess', request, {
      action: prompt.action,
      interaction: prompt.interaction,
      formToken: prompt.formToken,
      clientId: client.id,
      clientName: client.name,
      clientDescription: client.description,
      logo: client.hasLogo ? `${endpoints}/application/image/${encodeURIComponent(client.id)}` : null,
      subject: prompt.subject,
      username: prompt.username,
      scopes: prompt.scopes.map(labelled),
      granted: prompt.alreadyGranted.map(labelled),
      audience: prompt.audience.map((resource) => ({ resource })),
      accessLife: durationInWords(prompt.accessTokenSeconds, lang),
      refreshLife: refreshSeconds === null ? null : durationInWords(refreshSeconds, lang),
      signOut: `${mount}/oauth/logout`,
    });
  };

  const errorPage = (error: OAuthError, status: number, request: PageRequest): RenderedPage => {
    const lang = languageOf(request);
    const key = sentenceKeys(error, status).find((name) => messages.find(lang, name) !== undefined) ?? '';
    return page(
      'error',
      request,
      {
        heading: words(lang, 'error.heading'),
        sentence: words(lang, key),
        code: error.code,
        description: error.message,
        traceId: request.traceId,
      },
      status,
    );
  };

  return {
    renderPage(response, request) {
      switch (response.kind) {
        case 'interact':
          return response.prompt.type === 'login'
            ? loginPage(response.prompt, request)
            : consentPage(response.prompt, request);
        case 'code_page':
          return page('showAccessCode', request, {
            code: response.code,
            clientName: response.clientName,
            state: response.state,
          });
        case 'form_post':
          return page('formPost', request, {
            action: response.action,
            fields: Object.entries(response.fields).map(([name, value]) => ({ name, value })),
          });
        case 'error_page':
          return errorPage(response.error, response.status, request);
      }
    },
    startPage({ sample, ...data }, request) {
      const lang = languageOf(request);
      if (sample === null) return page('home', request, {});
      return page(
        'start',
        request,
        startPageValues({ ...data, sample }, options.basePath, (key) => words(lang, key)),
      );
    },
    accountPage: ({ username, formToken }, request) =>
      page('account', request, { action: `${mount}/oauth/logout`, formToken, username }),
    loggedOutPage: (request) => page('loggedOut', request, {}),
    notFoundPage(request) {
      const lang = languageOf(request);
      const heading = words(lang, 'notFound.heading');
      const sentence = words(lang, 'notFound.sentence');
      return page(
        'error',
        request,
        { heading, sentence, code: null, description: null, traceId: request.traceId },
        404,
      );
    },
  };
}
