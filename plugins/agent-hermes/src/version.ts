/**
 * The one place that pins Hermes. `lock/requirements.txt` pins everything below it; the README says how to renew both,
 * and a test keeps them together.
 */
export const HERMES_VERSION = '0.19.0';
