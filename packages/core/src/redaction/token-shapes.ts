/**
 * Secrets that are known by their looks. `secret` is the named group to hide; without one, all of the match is.
 * Every quantifier that could meet hostile text is bounded or without overlap, so that no text takes long.
 */
export const TOKEN_SHAPES: { name: string; pattern: RegExp }[] = [
  { name: 'nvidia', pattern: /\bnvapi-[\w-]{8,}/g },
  { name: 'openai, anthropic, openrouter', pattern: /\bsk-[\w-]{8,}/g },
  { name: 'stripe', pattern: /\b[srp]k_(?:live|test)_[A-Za-z0-9]{8,}/g },
  { name: 'github', pattern: /\bgh[pousr]_[A-Za-z0-9]{16,}/g },
  { name: 'github fine-grained', pattern: /\bgithub_pat_\w{16,}/g },
  { name: 'hugging face', pattern: /\bhf_[A-Za-z0-9]{8,}/g },
  { name: 'slack', pattern: /\b(?:xox[a-z]|xapp)-[\w-]{8,}/g },
  { name: 'slack webhook', pattern: /\bhooks\.slack\.com\/services\/(?<secret>[\w/]{12,})/g },
  { name: 'aws id', pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g },
  { name: 'gitlab', pattern: /\bgl(?:pat|dt|rt|ptt|cbt|soat)-[\w-]{8,}/g },
  { name: 'google', pattern: /\bAIza[\w-]{30,}/g },
  { name: 'google oauth', pattern: /\bya29\.[\w-]{16,}/g },
  { name: 'npm', pattern: /\bnpm_[A-Za-z0-9]{20,}/g },
  { name: 'pypi', pattern: /\bpypi-[\w-]{16,}/g },
  { name: 'docker hub', pattern: /\bdckr_(?:pat|oat)_[\w-]{8,}/g },
  { name: 'groq, xai, replicate, perplexity', pattern: /\b(?:gsk_|xai-|r8_|pplx-)[\w-]{16,}/g },
  { name: 'telegram bot', pattern: /\b\d{8,10}:[\w-]{35}\b/g },
  { name: 'jwt', pattern: /\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)*/g },
  { name: 'bearer', pattern: /\b(?:bearer|basic)\s+(?<secret>[\w.~+/=-]{8,})/gi },
  {
    name: 'url user-info',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/(?<secret>[^\s/?#@"'<>]{1,512}(?:@[^\s/?#@"'<>]{1,512}){0,3})@/gi,
  },
  {
    name: 'url query',
    pattern: /[?&](?:[\w-]{0,40}(?:key|token|secret|password|signature)|sig|auth)=(?<secret>[^\s&#"'<>]{4,2048})/gi,
  },
  // What is left of one where somebody cut a text to fit before it came here: too short for its own shape.
  {
    name: 'any of these, cut off',
    pattern:
      /\b(?:nvapi-|sk-|[srp]k_(?:live|test)_|gh[pousr]_|github_pat_|hf_|xox[a-z]-|xapp-|(?:AKIA|ASIA)|gl(?:pat|dt|rt)-|AIza|npm_|pypi-|eyJ|bearer\s)[\w.~+/=-]{0,512}(?=…|\.\.\.(?:\s|$))/gi,
  },
  // With an end; then, where the end was cut off, as far as it still looks like one (JSON writes its line ends as \n).
  {
    name: 'private key',
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[\s\S]){0,16384}-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g,
  },
  {
    name: 'private key, cut off',
    pattern: /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s\\]{0,16384}/g,
  },
];
