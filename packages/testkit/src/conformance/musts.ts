/**
 * What the contract asks of each kind, one row a MUST: id, and the sentence that `docs/reference/conformance.md` is made
 * of. The suites hold a contribution to each by the check of the same id, and a mutant proves that the check can fail.
 */
export const GPU_MUSTS = {
  asked: 'The suite has cases that can tell right from wrong, no key that means nothing, and calls every part.',
  manifest: 'It says what it is: kind, id, a title and a paragraph, and has no function that nobody would call.',
  bid: 'A bid is plain JSON, answered at once, with a reason of one line, and right about whether it applies.',
  'detect-pure': '`detect` bids the same for the same and changes nothing of it.',
  patch: '`prepare` asks for what a plugin may ask for, and nothing else.',
  'prepare-pure': '`prepare` gives the same for the same and changes nothing of it.',
  candidates: '`candidates` names at least one way, each once, each what a plugin may ask for, the same twice.',
  provenance: 'A bid bears its strategy’s id; a proof bears what was requested and the time of the clock it was given.',
  secrets: 'Nothing secret of the environment is in a bid, a plan or a candidate.',
  quiet: 'It writes nothing to stdout, which belongs to results.',
  proof: 'A proof looks from inside as both identities, and says what it found with checks, one summary and a remedy.',
  silence: 'What could not be looked at is `failed`: not run, thrown, timed out, nonsense.',
  abort: '`prove` ends within its bound after an abort, even when what it waits for never ends.',
} as const;

export const PROBE_MUSTS = {
  asked: 'The suite has cases that can tell right from wrong, no key that means nothing, and calls every part.',
  manifest: 'It says what it is: kind, id, title and when it runs, and has no function that nobody would call.',
  applies: 'Where it does not apply it says why, in one line.',
  result: 'A result is of the declared union, with layer, one summary, a remedy where something is wrong; plain JSON.',
  provenance: 'A result bears its probe’s id and the time that the context’s clock says it took.',
  pure: 'It answers the same for the same and changes nothing of what it is given.',
  secrets: 'Nothing secret of the environment is in a result.',
  quiet: 'It writes nothing to stdout, which belongs to results.',
  silence: 'What could not be looked at is never `ok`: calls that fail, and programs that print nonsense.',
  abort: '`run` ends within its bound after an abort, even when what it waits for never ends.',
  'aborted-before': 'Aborted before it starts, it does nothing.',
} as const;

export const AGENT_MUSTS = {
  asked: 'The suite has no key that means nothing, and calls every part.',
  manifest:
    'It says what it is: kind, id, title, a pinned version, memory, a ping; and no function that nobody would call.',
  profiles: 'There is a profile at least, each once, the largest first, each with room for an answer.',
  isolation: 'There is an isolation mode at least, each once, with one line that says what it means.',
  image:
    'The image stands on the base and the builder that it was given, downloads nothing past what is locked, and pins its version.',
  portable: 'The image is the same recipe on every architecture and names none.',
  config:
    'A configuration is plain JSON with absolute paths, predicates, bounds, and exit codes of one meaning each, in every profile and mode.',
  'config-pure': '`configure` gives the same for the same and changes nothing of it.',
  sealed: 'Sealed files carry the token, the model and its address; nothing else of the sandbox carries the token.',
  'unknown-profile': '`configure` refuses a profile that it does not have, by name.',
  quiet: 'It writes nothing to stdout, which belongs to results.',
  chat: '`chat` hands on what was said with the token, and gives the whole answer.',
  streamed: '`chat` gives the pieces of an answer as they come, in order, and all of it at the end.',
  'chat-failed': 'An answer that is an error is CHAT_FAILED with its status and one safe line of it.',
  'chat-broken': 'An answer that breaks off, or nobody there, is CHAT_FAILED.',
  secrets: 'The token is in no error.',
  abort: '`chat` ends with the reason of an abort within its bound, and lets go of the gateway.',
} as const;

export const DRIVER_MUSTS = {
  asked: 'The suite tells the driver where its engine is, and has no key that means nothing.',
  manifest: 'It says what it is: kind and id, and has no function that nobody would call.',
  complete: 'It has every call of a driver.',
  'create-pure': '`create` asks nobody.',
  absent: 'Without an engine each call says ENGINE_NOT_RUNNING.',
  refused: 'No call is done that the engine refused or hung up on.',
  'lied-to': 'An answer that is none is not believed.',
  coded: 'Each error has a code and names its operation.',
  secrets: 'Nothing secret of the environment is in an error or a result.',
  quiet: 'It writes nothing to stdout, which belongs to results.',
  abort: 'Each call ends within its bound after an abort, although the engine never answers.',
  'aborted-before': 'Aborted before it starts, it asks nobody.',
} as const;

/** On an engine that runs, with an image that it has. */
export const DRIVER_ENGINE_MUSTS = {
  asked: 'The suite names an image that the engine has, and has no key that means nothing.',
  facts: 'It says what engine it is: version, API, architecture, and what it can do.',
  lifecycle:
    'A container is created, runs, is exited and gone, by its exact id; stopping and removing twice is no error.',
  naming: 'A new name, and a new restart policy, are there at once.',
  labels:
    'What is made bears its labels, and a list has what bears all of those that were asked for, and nothing else.',
  networks:
    'A network is made once, also when several ask for it at the same moment, says whether this call made it, and is gone when it is removed; removing twice is no error.',
  volumes: 'A volume is made once, says whether this call made it, and is gone when it is removed.',
  files: 'A file put into a volume is read as it was put; one that is not there is `undefined`.',
  exec: 'A program runs as the uid and gid it was given; its exit code and both streams come back.',
  'not-started':
    'A program that could not be started is `started: false` and 125, and is not taken for one that failed.',
  'timed-out': 'A program past its bound is `timedOut` and 124, soon after the bound.',
  helper: 'A helper gives its code and both streams, or that it timed out; nothing of it stays.',
  logs: 'Logs are the lines of both streams, each with its stream.',
  undo: 'A create that is cancelled leaves nothing.',
  'not-found': 'What is not there is `undefined` to who asks, and ENGINE_NOT_FOUND to who wants it changed.',
  conflict: 'A name that is taken is ENGINE_CONFLICT, and who has it keeps it.',
  plan: 'A container that nobody altered has all of its plan, and its clone is the plan that is wanted.',
  watch: 'Events of what bears the labels come as they happen, and end with the signal.',
} as const;
