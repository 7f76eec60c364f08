/**
 * The one place that pins OpenClaw. `lock/package-lock.json` pins everything below it; the README says how to renew
 * both, and a test keeps them together.
 */
export const OPENCLAW_VERSION = '2026.9.6';
