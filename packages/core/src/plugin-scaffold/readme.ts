import type { ContributionKind } from '@nemoclaw/plugin-api';

export const readme = (kind: ContributionKind, id: string, name: string): string => `# ${name}

A ${kind} for NemoClaw: \`${id}\`.

\`\`\`
src/index.js               what NemoClaw loads; the contract is in @nemoclaw/plugin-api
test/conformance.test.js   the suite that the built-in plugins run too
\`\`\`

\`\`\`sh
npm install && npm test      # unit and conformance tests; no engine needed
nemoclaw plugins link .      # use it from here
nemoclaw plugins doctor      # say what is wrong with it
npm publish                  # then others: nemoclaw plugins install ${name}
\`\`\`
`;
