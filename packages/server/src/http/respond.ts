import { type EndpointResponse, renderData } from '@gatehouse/core';
import type { PageRequest, Views } from '../views/index.ts';
import type { CookieRecipes } from './cookie-recipes.ts';
import { writeCookie } from './cookies.ts';
import { TRACE_HEADER } from './trace-id.ts';

/** What every answer has, whatever it says. */
export function commonHeaders(traceId: string): Record<string, string> {
  return { [TRACE_HEADER]: traceId, 'X-Content-Type-Options': 'nosniff' };
}

/** The `Set-Cookie` lines of an answer. */
export function setCookies(
  values: NonNullable<EndpointResponse['cookies']>,
  recipes: CookieRecipes,
): readonly string[] {
  const { owner, browser } = values;
  return [
    ...(owner === undefined ? [] : [writeCookie(recipes.owner, owner)]),
    ...(browser === undefined ? [] : [writeCookie(recipes.browser, browser)]),
  ];
}

interface Content {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | null;
}

function contentOf(response: EndpointResponse, views: Views, page: PageRequest): Content {
  switch (response.kind) {
    case 'data': {
      const { contentType, text } = renderData(response.body, response.format);
      return { status: response.status, headers: { 'Content-Type': contentType }, text };
    }
    case 'empty':
      return { status: response.status, headers: {}, text: null };
    case 'redirect':
      return {
        status: response.status,
        headers: { Location: response.location, 'Cache-Control': 'no-store' },
        text: null,
      };
    default: {
      const { status, headers, html } = views.renderPage(response, page);
      return { status, headers, text: html };
    }
  }
}

export interface Rendering {
  readonly views: Views;
  readonly cookies: CookieRecipes;
}

/** The one place that turns an endpoint's answer into HTTP. Plain objects of headers are what the edge sends fastest. */
export function respond(
  response: EndpointResponse,
  page: PageRequest,
  { views, cookies }: Rendering,
  more: Readonly<Record<string, string>> = {},
): Response {
  const { status, headers, text } = contentOf(response, views, page);
  const all = { ...commonHeaders(page.traceId), ...headers, ...response.headers, ...more };
  if (!response.cookies) return new Response(text, { status, headers: all });
  const lines = setCookies(response.cookies, cookies).map((line): [string, string] => ['Set-Cookie', line]);
  return new Response(text, { status, headers: [...Object.entries(all), ...lines] });
}
