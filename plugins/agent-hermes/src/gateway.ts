/** Loopback port of Hermes' API server inside the agent container. */
export const GATEWAY_PORT = 8642;
