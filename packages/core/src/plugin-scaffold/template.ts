/** Files of a new plugin by path, beside package.json and README. */
export type Template = (id: string) => Record<string, string>;
