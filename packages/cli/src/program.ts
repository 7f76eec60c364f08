/** One name that the program goes by, and what that name changes: data, never a condition in a command. */
export interface Program {
  bin: string;
  defaults: { agent: string };
}

export const NEMOCLAW: Program = { bin: 'nemoclaw', defaults: { agent: 'openclaw' } };
export const NEMOHERMES: Program = { bin: 'nemohermes', defaults: { agent: 'hermes' } };
