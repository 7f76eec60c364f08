/** What the tiny agent can be told to do wrong; it does all of it that is not false and not null. */
export interface Misbehaviour {
  /** Lives, and never listens. */
  neverOpen: boolean;
  /** Listens, and answers every question about its health with 503. */
  neverHealthy: boolean;
  /** Takes its stop signal for nothing. */
  ignoreStop: boolean;
  /** Ends with 78, as a program does that refuses its configuration. */
  refuseConfig: boolean;
  /** Ends with 1 so long after each start. */
  crashAfterMs: number | null;
  /** Stops listening so long after its start, and lives on. */
  dropAfterMs: number | null;
}

const WELL: Misbehaviour = {
  neverOpen: false,
  neverHealthy: false,
  ignoreStop: false,
  refuseConfig: false,
  crashAfterMs: null,
  dropAfterMs: null,
};

export const misbehaviour = (wrong: Partial<Misbehaviour>): Misbehaviour => ({ ...WELL, ...wrong });

const BY_NAME = 'misbehave:';

/** A model of this name makes a tiny agent that misbehaves from its first start. Of characters that model ids may have. */
export const tinyModel = (wrong: Partial<Misbehaviour>): string =>
  `${BY_NAME}${Object.entries(wrong)
    .map(([what, how]) => `${what}:${how}`)
    .join('+')}`;

export const orderedBy = (modelId: string): Misbehaviour => {
  if (!modelId.startsWith(BY_NAME)) return WELL;
  const orders = modelId.slice(BY_NAME.length).split('+');
  const wrong = orders.map((order) => {
    const [what = '', how = 'true'] = order.split(':', 2);
    return [what, JSON.parse(how)] as const;
  });
  return misbehaviour(Object.fromEntries(wrong) as Partial<Misbehaviour>);
};
