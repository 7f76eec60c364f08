import { fileURLToPath } from 'node:url';

export const PACKAGE = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const SRC = `${PACKAGE}/src`;
export const DIST = `${PACKAGE}/dist`;
export const GENERATED_DIR = `${DIST}/generated`;
