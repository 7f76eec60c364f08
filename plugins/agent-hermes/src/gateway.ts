/**
 * Loopback port of Hermes' API server inside the agent container. Not its own default, 8642: with a configuration that
 * does not parse Hermes goes on with its defaults, and must not be taken for what was asked for.
 */
export const GATEWAY_PORT = 18_642;
