export { createViews } from './create-views.ts';
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
