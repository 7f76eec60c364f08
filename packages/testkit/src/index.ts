export * from './homes/index.ts';
export * from './model-image/index.ts';
export * from './scripted-model/index.ts';
