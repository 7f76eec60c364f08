/** How each local model server is told which address to listen on; the word is looked for in the endpoint's purpose. */
const SETTINGS: { word: RegExp; setting: (address: string, port: number) => string }[] = [
  { word: /\bollama\b/i, setting: (address, port) => `set OLLAMA_HOST=${address}:${port} for the Ollama service` },
  { word: /\bvllm\b/i, setting: (address, port) => `start vLLM with --host ${address} --port ${port}` },
  {
    word: /\b(llama[.-]?cpp|llama-server)\b/i,
    setting: (address, port) => `start llama-server with --host ${address} --port ${port}`,
  },
  { word: /\bnim\b/i, setting: (address, port) => `publish the NIM container's port with -p ${address}:${port}:8000` },
  {
    word: /\blm[ -]?studio\b/i,
    setting: () => 'turn on "Serve on Local Network" in the server settings of LM Studio',
  },
];

/** The provider's own bind setting where it is known, else what to look for. */
export function bindSetting(purpose: string, address: string, port: number): string {
  const known = SETTINGS.find(({ word }) => word.test(purpose));
  return known
    ? known.setting(address, port)
    : `set its host, bind or listen option to ${address} (port ${port}) and restart it`;
}
