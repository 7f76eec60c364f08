export { type OpenAiAgent, openAiChat } from './chat.ts';
