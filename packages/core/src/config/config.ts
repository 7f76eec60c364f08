export interface Config {
  /** Image that the sandbox base is built on. */
  parentImage: string;
  /** Further roots that image builds trust: `auto` takes the host's bundle where one is found, else a PEM file's path. */
  buildCa: string;
  /** Private IPv4 range that sandbox networks are cut from, CIDR. */
  subnetRange: string;
  /** How long ingress holds a request while the gateway is away; `off` passes failures on. */
  holdMs: number | 'off';
  /** How long a restarted gateway must stay healthy. */
  settleMs: number;
  restartTimeoutMs: number;
  /** How long a new sandbox may take from start to ready; absent leaves it to the agent's contract. */
  startTimeoutMs: number;
  undoBudgetMs: number;
  /** HTTP_PROXY and its kin, for image builds only. */
  proxyEnv: Record<string, string>;
  npmRegistry?: string;
  /** Endpoints that the user gave for providers, by provider id. */
  providers: Record<string, { baseUrl?: string }>;
}

export const readConfig = (_env: Readonly<Record<string, string | undefined>>, _home: string): Config => {
  throw new Error('not written yet');
};
