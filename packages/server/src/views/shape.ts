/** What a page's template may name: a text, an address (the only kind that attributes like `href` take), a yes or no, a list. */
export interface Shape {
  readonly [name: string]: 'text' | 'url' | 'flag' | Shape;
}

/** The data that fills a shape. A text that is null or empty counts as absent for `{{?name}}`. */
export type DataOf<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends 'flag'
    ? boolean
    : S[K] extends 'text' | 'url'
      ? string | null
      : S[K] extends Shape
        ? readonly DataOf<S[K]>[]
        : never;
};

type Value = string | boolean | null | readonly Values[];

/** Any data, as rendering sees it. */
export interface Values {
  readonly [name: string]: Value;
}
