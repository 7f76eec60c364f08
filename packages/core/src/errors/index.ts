export { CATALOGUE, type CatalogueRow, catalogueRow, type ErrorCode, isKnownCode } from './catalogue.ts';
export {
  type CodedErrorInput,
  codedError,
  describeError,
  type ErrorDescription,
  exitCodeFor,
  forProgram,
  toCodedError,
} from './coded-error.ts';
export { issueWords } from './issue-words.ts';
export { renderErrorReference } from './reference.ts';
export type { Audience, ErrorRow, ExitCode } from './row.ts';
