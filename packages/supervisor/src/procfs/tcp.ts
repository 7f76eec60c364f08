/** One row of /proc/net/tcp or tcp6. Addresses as the kernel prints them: hex, words in host byte order. */
export interface TcpRow {
  family: 4 | 6;
  localAddress: string;
  localPort: number;
  remoteAddress: string;
  remotePort: number;
  /** Two hex digits: 01 established, 08 close-wait, 0A listen. */
  state: string;
  /** Who made the socket. */
  uid: number;
  inode: string;
}

export const TCP_ESTABLISHED = '01';
const TCP_LISTEN = '0A';

const ROW =
  /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+\s+(\d+)\s+\d+\s+(\d+)/;

export const parseTcpTable = (text: string, family: 4 | 6): TcpRow[] =>
  text.split('\n').flatMap((line): TcpRow[] => {
    const match = ROW.exec(line);
    if (!match) return [];
    const [, localAddress = '', localPort = '', remoteAddress = '', remotePort = '', state = '', uid, inode = ''] =
      match;
    return [
      {
        family,
        localAddress,
        localPort: Number.parseInt(localPort, 16),
        remoteAddress,
        remotePort: Number.parseInt(remotePort, 16),
        state,
        uid: Number(uid),
        inode,
      },
    ];
  });

/** Whether a part of a table holds the row of that socket, as a listener. */
export const listensAs = (text: string, socket: Pick<TcpRow, 'family' | 'inode' | 'localPort'>): boolean => {
  // Most parts do not: a look for the number costs less than reading the rows.
  if (!text.includes(` ${socket.inode} `)) return false;
  return parseTcpTable(text, socket.family).some(
    (row) => row.state === TCP_LISTEN && row.inode === socket.inode && row.localPort === socket.localPort,
  );
};

/** 0.0.0.0, 127.0.0.1, ::, and the two mapped into IPv6, on a little-endian machine (amd64 and arm64 both are). */
const ANSWERS_LOOPBACK = new Set([
  '00000000',
  '0100007F',
  '00000000000000000000000000000000',
  '0000000000000000FFFF000000000000',
  '0000000000000000FFFF00000100007F',
]);

/** Listening sockets that a connection to 127.0.0.1:port may end up at. */
export const loopbackListeners = (rows: readonly TcpRow[], port: number): TcpRow[] =>
  rows.filter((row) => row.state === TCP_LISTEN && row.localPort === port && ANSWERS_LOOPBACK.has(row.localAddress));

/** An IPv4 address as the tables print it. */
export const hexAddress = (ipv4: string): string =>
  ipv4
    .split('.')
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase())
    .join('');
