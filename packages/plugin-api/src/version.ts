/** The contract's version. A plugin states the one it was built for in `package.json` → `nemoclaw.api`; the major must match and the minor must not be newer. */
export const API_VERSION = '1.0';
