export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };
/** Milliseconds on a monotonic clock unless a name says otherwise. */
export type Milliseconds = number;
/** An instant as ISO 8601 in UTC. */
export type IsoTime = string;
