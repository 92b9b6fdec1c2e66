export { createViews } from './create-views.ts';
export type {
  PageRequest,
  RenderedPage,
  SampleData,
  StartPageData,
  StartWarning,
  ViewOptions,
  Views,
} from './views.ts';
