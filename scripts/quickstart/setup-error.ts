/** A reason that a person can act on; printed without a stack. */
export class SetupError extends Error {}
