export * from './api/events.ts';
export * from './api/nemoclaw.ts';
export * from './api/records.ts';
export { createNemoclaw } from './nemoclaw.ts';
export * from './errors/index.ts';
