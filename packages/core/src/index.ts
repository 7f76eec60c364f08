export * from './api/events.ts';
export * from './api/nemoclaw.ts';
export * from './api/records.ts';
