export * from './answers.ts';
export * from './engine.ts';
