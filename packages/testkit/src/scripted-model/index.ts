export type { ScriptedModelEntry } from './catalogue.ts';
export { type ModelReply, status, type TextSource, text, toolCall } from './reply.ts';
export { type ChatRequest, type ModelMessage, type ModelRequest, messageText } from './request.ts';
export { toolCallThenText, toolResult } from './script.ts';
export { type ScriptedModel, type ScriptedModelOptions, startScriptedModel } from './server.ts';
