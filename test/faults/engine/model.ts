/** The one model that the sandboxes of these tests have. */
export const MODEL = { id: 'scripted-1', context: 8_192 };
