import { tinyModel } from '@nemoclaw/testkit/tiny-agent';

/** The model that the sandboxes of these tests have. */
export const MODEL = { id: 'scripted-1', context: 8_192 };

/** With it the agent lives and never listens. */
export const NEVER_OPENS = { id: tinyModel({ neverOpen: true }), context: 8_192 };
