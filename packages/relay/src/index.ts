export * from './bundle.ts';
export * from './protocol.ts';
