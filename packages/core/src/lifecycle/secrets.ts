/** Secrets that one sandbox has on the host; `provider.key` only with a credential. */
export const SECRETS = { token: 'ingress.token', caKey: 'ca.key', caCert: 'ca.pem', provider: 'provider.key' } as const;
