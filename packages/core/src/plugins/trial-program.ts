// A process of its own: what it tries may end it, hang it or flood it. Functions have no JSON; they become a mark.
export const TRIAL_PROGRAM = `
  const { writeSync } = await import('node:fs');
  let said = false;
  const say = (answer) => { if (!said) { said = true; writeSync(3, JSON.stringify(answer)); } };
  const stray = (error) => { say({ error: shape(error) }); process.reallyExit(0); };
  const shape = (error) => error instanceof Error
    ? { name: error.name, message: error.message, code: error.code, stack: error.stack } : { thrown: String(error) };
  process.on('unhandledRejection', stray);
  process.on('uncaughtException', stray);
  process.on('exit', (code) => say({ exit: code }));
  try {
    const exported = (await import(process.argv[1])).default;
    await new Promise((resolve) => setImmediate(resolve));
    const mark = (value) => typeof value === 'function' ? { $function: true } : value;
    say({ exported: typeof exported === 'object' && exported !== null
      ? Object.fromEntries(Object.keys(exported).map((key) => [key, mark(exported[key])])) : mark(exported) });
  } catch (error) { say({ error: shape(error) }); }
  process.reallyExit(0);
`;
