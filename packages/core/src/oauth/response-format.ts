import type { ResponseFormat } from '../endpoints/endpoint.ts';
import { OAuthError } from './errors.ts';
import { formEncode } from './form-encoding.ts';

/** Values of the parameter `format` (parity.md 1.4, 8.2). */
const FORMATS: ReadonlyMap<string, ResponseFormat> = new Map([
  ['json', 'json'],
  ['urlencoded', 'urlencoded'],
  ['query', 'urlencoded'],
  ['xml', 'xml'],
]);

/** @throws OAuthError `invalid_request` for a format there is not */
export function parseResponseFormat(value: string | undefined): ResponseFormat {
  if (value === undefined) return 'json';
  const format = FORMATS.get(value);
  if (format) return format;
  throw new OAuthError('invalid_request', 'The format is not supported: it is json, urlencoded or xml.', {
    check: 'format',
    expected: [...FORMATS.keys()].join(', '),
  });
}

/** Members of an answer, in order. */
export type ResponseData = Readonly<Record<string, unknown>>;

/** A body and its media type. */
export interface RenderedData {
  readonly contentType: string;
  readonly text: string;
}

/** A response body as text. Members that are null or undefined are left out of what is not JSON. */
export function renderData(body: ResponseData, format: ResponseFormat): RenderedData {
  return RENDERERS[format](body);
}

const RENDERERS: Record<ResponseFormat, (body: ResponseData) => RenderedData> = {
  json: (body) => ({ contentType: 'application/json', text: JSON.stringify(body) }),
  urlencoded: (body) => ({
    contentType: 'application/x-www-form-urlencoded',
    text: pairs(body)
      .map(([name, value]) => `${formEncode(name)}=${formEncode(value)}`)
      .join('&'),
  }),
  xml: (body) => ({
    contentType: 'application/xml; charset=utf-8',
    text: `<?xml version="1.0" encoding="UTF-8"?>\n<oauth>${pairs(body).map(element).join('')}</oauth>`,
  }),
};

/** Members as texts: a list is its items, one after the other under the same name; an object is its JSON. */
function pairs(body: ResponseData): [string, string][] {
  return Object.entries(body).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== null && item !== undefined)
      .map((item): [string, string] => [
        name.toWellFormed(),
        (typeof item === 'object' ? JSON.stringify(item) : String(item)).toWellFormed(),
      ]),
  );
}

const ELEMENT_NAME = /^(?!xml)[A-Za-z_][A-Za-z0-9_.-]*$/i;

/** Names of stored metadata are free text (parity.md 1.6); one that no element can have becomes an attribute. */
function element([name, value]: [string, string]): string {
  return ELEMENT_NAME.test(name)
    ? `<${name}>${escapeXml(value)}</${name}>`
    : `<parameter name="${escapeXml(name)}">${escapeXml(value)}</parameter>`;
}

const XML_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  // Written out, or a parser would normalise them.
  ['\t', '&#9;'],
  ['\n', '&#10;'],
  ['\r', '&#13;'],
]);

/** What XML 1.0 2.2 does not allow even as a reference becomes U+FFFD. */
function escapeXml(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    /[&<>"'\x00-\x1f\ufffe\uffff]/g,
    (character) => XML_ESCAPES.get(character) ?? '\ufffd',
  );
}
