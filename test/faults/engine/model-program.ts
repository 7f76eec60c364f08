// Run inside a private engine: a scripted model on a port that it prints.
import { startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';
import { MODEL } from './model.ts';

const model = await startScriptedModel({ models: [MODEL], respond: () => text('hello'), host: '0.0.0.0' });
process.stdout.write(`${model.baseUrl}\n`);
// With whoever started it.
process.stdin.resume().once('end', () => process.exit());
