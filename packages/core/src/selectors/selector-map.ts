import { compileSelector, type Selector } from './selector.ts';
import type { SelectorSources } from './sources.ts';

/** Names with texts that may hold selectors: metadata, extra members. */
export type SelectorMap = Readonly<Record<string, string>>;

const compiledLists = new WeakMap<readonly string[], readonly Selector[]>();
const compiled = new WeakMap<SelectorMap, readonly (readonly [string, Selector])[]>();

/** Fills in every value; a setting's texts are compiled once. @throws Error naming a selector that there is not */
export function resolveSelectors(map: SelectorMap, sources: SelectorSources): Record<string, string> {
  let selectors = compiled.get(map);
  if (!selectors) {
    selectors = Object.entries(map).map(([name, text]) => [name, compileSelector(text)] as const);
    compiled.set(map, selectors);
  }
  return Object.fromEntries(selectors.map(([name, selector]) => [name, selector.resolve(sources)]));
}

/** The same for a list of texts. @throws Error naming a selector that there is not */
export function resolveSelectorList(list: readonly string[], sources: SelectorSources): string[] {
  let selectors = compiledLists.get(list);
  if (!selectors) {
    selectors = list.map(compileSelector);
    compiledLists.set(list, selectors);
  }
  return selectors.map((selector) => selector.resolve(sources));
}
