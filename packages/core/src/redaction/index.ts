export { oneLine, stripControl } from './control-characters.ts';
export { createRedactor, MIN_LEARNED_LENGTH, REDACTED, type Redactor, type RedactorOptions } from './redactor.ts';
export { looksSecret } from './secret-keys.ts';
