export { createPlugin, type NewPlugin } from './create.ts';
