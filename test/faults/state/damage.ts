/** What may have happened to a file between two commands. */
export const DAMAGES = {
  truncated: (text: string) => text.slice(0, Math.floor(text.length / 2)),
  empty: () => '',
  'of a future version': (text: string) => JSON.stringify({ ...JSON.parse(text), version: 2 }),
  'of another sandbox': (text: string) => text.replaceAll(/"(name|sandbox)": "[^"]+"/g, '"$1": "somebody-else"'),
} satisfies Record<string, (text: string) => string>;

export type Damage = keyof typeof DAMAGES;
