// Run by jetson.slow.itest.ts in the network of its engine: says its address, and ends with its input.
import { startScriptedModel, text } from '@nemoclaw/testkit/scripted-model';

const model = await startScriptedModel({
  models: [{ id: 'scripted-1', context: 8_192 }],
  respond: () => text('hello'),
  host: '0.0.0.0',
});
process.stdout.write(`${model.baseUrl}\n`);
process.stdin.resume().on('end', () => process.exit(0));
