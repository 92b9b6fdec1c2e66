/** Parameters of a request: decoded, each at most once (but for the repeatable ones), none empty (RFC 6749 3.1). */
export interface Form {
  get(name: string): string | undefined;
  /** All values of a repeatable parameter (`resource`, RFC 8707 §2). */
  all(name: string): readonly string[];
  has(name: string): boolean;
  names(): Iterable<string>;
}
