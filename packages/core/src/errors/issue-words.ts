import type { z } from 'zod';

/**
 * What a schema says of a value, for a person. Not in the words "key: name": those read like a secret being given, and the
 * name is what whoever looks for the mistake needs.
 */
export const issueWords = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')} is not known here` : issue.message;
