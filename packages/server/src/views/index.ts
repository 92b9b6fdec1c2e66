import { plainPage } from './first-version.ts';
import type { PageResponse, RenderedPage, ViewOptions, Views } from './views.ts';

export type {
  AccountPageData,
  PageRequest,
  PageResponse,
  RenderedPage,
  SampleData,
  StartPageData,
  StartWarning,
  TemplateName,
  ViewOptions,
  Views,
} from './views.ts';
export { TEMPLATE_NAMES } from './views.ts';

/** @throws Error that names file and placeholder when a template or message file is wrong */
export function createViews(options: ViewOptions): Views {
  const mount = options.mountPath ?? '';
  const render = (response: PageResponse): RenderedPage => {
    switch (response.kind) {
      case 'interact':
        return response.prompt.type === 'login'
          ? plainPage(200, 'Sign in', `${mount}/oauth/login`, {
              UserName: '',
              Passwd: '',
              continue: response.prompt.continueTo,
              form_token: response.prompt.formToken,
            })
          : plainPage(200, `${response.prompt.client.name} is requesting permission`, response.prompt.action, {
              interaction: response.prompt.interaction,
              form_token: response.prompt.formToken,
              scope: response.prompt.scopes,
              decision: 'allow',
            });
      case 'code_page':
        return plainPage(200, response.code, null, {});
      case 'form_post':
        return plainPage(200, 'Go on', response.action, response.fields);
      case 'error_page':
        return plainPage(response.status, response.error.code, null, {});
    }
  };
  return {
    renderPage: render,
    startPage: (data) => plainPage(200, `Gatehouse ${data.version}`, null, {}),
    accountPage: (data) =>
      plainPage(200, `Signed in as ${data.subject}`, `${mount}/oauth/logout`, { form_token: data.formToken }),
    loggedOutPage: () => plainPage(200, 'Signed out', null, {}),
    notFoundPage: () => plainPage(404, 'Not found', null, {}),
  };
}
