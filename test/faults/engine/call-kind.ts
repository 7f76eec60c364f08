/** What stands at the second place of a path and is no name of an object. */
const VERBS = new Set(['create', 'json', 'prune', 'search', 'load', 'get']);

/** Who a container or an exec of the engine is, as far as calls through the proxy have told: id or name → `agent`, `helper`, … */
export type KnownObjects = Map<string, string>;

export interface RequestHead {
  method: string;
  /** Without the API version and the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Map<string, string>;
}

/** Pure: the first lines of a request, up to its empty line. */
export const readHead = (text: string): RequestHead => {
  const [line = '', ...lines] = text.split('\r\n');
  const [method = '', target = '/'] = line.split(' ');
  const url = new URL(target, 'http://engine');
  return {
    method,
    path: url.pathname.replace(/^\/v\d+\.\d+(?=\/)/, ''),
    query: url.searchParams,
    headers: new Map(
      lines.flatMap((header): [string, string][] => {
        const colon = header.indexOf(':');
        return colon < 0 ? [] : [[header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()]];
      }),
    ),
  };
};

/**
 * Pure: what kind of call a request is, `POST /containers/{agent}/start`: the path with the object in it replaced by what
 * it is, so that starts of the agent and of its relay are two kinds. Nothing is listed here: a call that the driver learns
 * to make tomorrow is a kind of its own.
 */
export const callKind = ({ method, path }: RequestHead, known: KnownObjects): string => {
  const [collection = '', object, ...rest] = path.split('/').filter((part) => part !== '');
  if (object === undefined) return `${method} /${collection}`;
  // A reference of an image may hold slashes itself.
  const tail = collection === 'images' ? rest.slice(-1) : rest;
  // Volumes and networks may be called like a container.
  const who = ['containers', 'exec'].includes(collection) ? known.get(decodeURIComponent(object)) : undefined;
  const name = VERBS.has(object) && rest.length === 0 ? object : `{${who ?? 'any'}}`;
  return `${method} /${[collection, name, ...tail].join('/')}`;
};

const ROLE = 'ai.nemoclaw.role';

/** Pure: which role a create's body asks for; what carries none is named by what it is. */
export const roleOfBody = (body: string): string => {
  try {
    const { Labels } = JSON.parse(body) as { Labels?: Record<string, string> };
    return Labels?.[ROLE] ?? 'unlabelled';
  } catch {
    return 'unreadable';
  }
};
