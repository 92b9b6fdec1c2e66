import type { ConsentPrompt, LoginPrompt, LogoutPrompt, OAuthError } from '@gatehouse/core';
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
  type AccountPageData,
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
      headers: pageHeaders(policies[name] ?? '', lang, name === 'formPost'),
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
    const { accessTokenSeconds, client, refreshSeconds } = prompt;
    const inWords = (seconds: number | null): string | null =>
      seconds === null ? null : durationInWords(seconds, lang);
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
      accessLife: inWords(accessTokenSeconds),
      refreshLife: inWords(refreshSeconds),
      signOut: `${mount}/oauth/logout`,
    });
  };

  const accountPage = ({ username, formToken, fields = {} }: AccountPageData, request: PageRequest): RenderedPage =>
    page('account', request, { action: `${mount}/oauth/logout`, formToken, username, fields: pairsOf(fields) });

  const promptPage = (prompt: LoginPrompt | ConsentPrompt | LogoutPrompt, request: PageRequest): RenderedPage => {
    switch (prompt.type) {
      case 'login':
        return loginPage(prompt, request);
      case 'consent':
        return consentPage(prompt, request);
      case 'logout':
        return accountPage(prompt, request);
    }
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
          return promptPage(response.prompt, request);
        case 'signed_out':
          return page('loggedOut', request, {});
        case 'code_page':
          return page('showAccessCode', request, {
            code: response.code,
            clientName: response.clientName,
            state: response.state,
          });
        case 'form_post':
          return page('formPost', request, {
            action: response.action,
            fields: pairsOf(response.fields),
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
    accountPage,
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

function pairsOf(fields: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(fields).map(([name, value]) => ({ name, value }));
}
