/**
 * perl-base is part of every Debian, and makes any system call: PTRACE_ATTACH and process_vm_readv of a process, each
 * printed as `ok` or as the kernel's word for no. The second reads where the process itself says that it has memory.
 */
const PERL = String.raw`
my ($pid, $label) = @ARGV;
my ($attach, $read) = (qx(uname -m) =~ /x86_64/) ? (101, 310) : (117, 270);
my $say = sub { print "$label-$_[0] ", ($_[1] == -1 ? (sort grep { $!{$_} } keys %!)[0] : 'ok'), "\n" };
require Errno;
$say->('ptrace', syscall($attach, 16, $pid + 0, 0, 0));
my $address = 0x400000;
if (open(my $maps, '<', "/proc/$pid/maps")) { $address = hex((split /-/, <$maps>)[0]) }
my $buffer = "\0" x 8;
my ($local, $remote) = (pack('PQ', $buffer, 8), pack('QQ', $address, 8));
$say->('vm-read', syscall($read, $pid + 0, $local, 1, $remote, 1, 0));
`;

/**
 * Tries everything that would make two uids one; a line for each try with what the kernel or the gateway said. Arguments:
 * pid and port of the gateway, then its sealed files. What may not be refused (`own-…`) shows that the tries are real.
 */
const PROGRAM = `
const fs = require('fs'), net = require('net'), { spawn, spawnSync } = require('child_process');
const [gateway, port, ...sealed] = process.argv.slice(2).map((text) => (/^\\d+$/.test(text) ? Number(text) : text));
const supervisor = Number(/PPid:\\s*(\\d+)/.exec(fs.readFileSync('/proc/' + gateway + '/status', 'utf8'))[1]);
const say = (what, work) => { try { work(); console.log(what, 'ok'); } catch (e) { console.log(what, e.code || e.message); } };
const read = (path) => { const file = fs.openSync(path, 'r'); try { return fs.readSync(file, Buffer.alloc(1)); } finally { fs.closeSync(file); } };
const append = (path) => fs.closeSync(fs.openSync(path, 'a'));
for (const [who, pid] of [['gateway', gateway], ['supervisor', supervisor]]) {
  say(who + '-signal', () => process.kill(pid, 0));
  say(who + '-kill', () => process.kill(pid, 'SIGKILL'));
  for (const file of ['environ', 'mem', 'maps', 'root/etc/hostname', 'auxv', 'syscall', 'stack'])
    say(who + '-' + file.split('/')[0], () => read('/proc/' + pid + '/' + file));
  for (const folder of ['fd', 'cwd/', 'map_files']) say(who + '-' + folder, () => fs.readdirSync('/proc/' + pid + '/' + folder));
  say(who + '-mem-write', () => append('/proc/' + pid + '/mem'));
  say(who + '-oom', () => fs.writeFileSync('/proc/' + pid + '/oom_score_adj', '1000'));
  process.stdout.write(spawnSync('perl', [process.env.PERL, pid, who]).stdout);
}
for (const path of sealed) {
  say('sealed-read', () => read(path));
  say('sealed-write', () => append(path));
  say('sealed-unlink', () => fs.unlinkSync(path));
}
say('sealed-list', () => fs.readdirSync('/etc/nemoclaw/agent'));
say('supervisor-config', () => read('/etc/nemoclaw/supervisor.json'));
for (const path of ['/home/gateway/.bashrc', '/home/gateway/.profile', '/root/.bashrc', '/etc/profile', '/etc/bash.bashrc', '/etc/profile.d/x.sh', '/etc/ld.so.preload', '/opt/nemoclaw/supervisor.mjs', '/opt/node/bin/node'])
  say('others-rc', () => append(path));
say('gateway-home', () => fs.readdirSync('/home/gateway'));
say('lock', () => read('/home/gateway/.nemoclaw-lock'));
say('nonce', () => fs.unlinkSync('/home/tools/.nemoclaw-nonce'));
say('own-home', () => fs.writeFileSync('/home/tools/mine', 'x'));
say('own-workspace', () => fs.writeFileSync('/workspace/mine', 'x'));
const child = spawn('sleep', ['20']);
say('own-signal', () => process.kill(child.pid, 0));
say('own-environ', () => read('/proc/' + child.pid + '/environ'));
process.stdout.write(spawnSync('perl', [process.env.PERL, child.pid, 'own']).stdout);
child.kill('SIGKILL');
const status = fs.readFileSync('/proc/self/status', 'utf8');
console.log(status.match(/^(Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs):.*$/gm).join(' ').replace(/\\s+/g, ' '));
for (const path of ['/run/nemoclaw', '/run/nemoclaw/control.sock']) say('control-file', () => fs.readdirSync(path));
net.connect('/run/nemoclaw/control.sock').on('connect', () => console.log('control open')).on('error', (e) => console.log('control', e.code));
for (const [method, path] of [['GET', '/v1/models'], ['POST', '/v1/chat/completions'], ['POST', '/tools/invoke'], ['GET', '/health/detailed']])
  fetch('http://127.0.0.1:' + port + path, { method, ...(method === 'POST' ? { body: '{}' } : {}) }).then((r) => console.log('api', path, r.status), (e) => console.log('api', path, e.message));
`;

const put = (path: string, content: string): string =>
  `echo ${Buffer.from(content).toString('base64')} | base64 -d > ${path}`;

/** A line for a shell that runs a program of Node's, whatever is in it; from a file, since agents ask before `node -e`. */
export const nodeLine = (program: string, args: readonly unknown[] = []): string =>
  `${put('/tmp/program.cjs', program)} && node /tmp/program.cjs ${args.join(' ')}`;

export const attackLine = (gateway: { pid: number; port: number }, sealed: readonly string[]): string =>
  `${put('/tmp/trace.pl', PERL)} && export PERL=/tmp/trace.pl && ${nodeLine(PROGRAM, [gateway.pid, gateway.port, ...sealed])}`;

const REFUSED = /^(EPERM|EACCES|EROFS)$/;
/** Lines with these names must be there, since a try that was not made was not refused either. */
const MADE = [
  'gateway-ptrace',
  'gateway-vm-read',
  'supervisor-ptrace',
  'gateway-mem',
  'gateway-environ',
  'sealed-write',
];

/** What of an attack's report is not as it must be; empty when the walls held and the tries were real. */
export const breaches = (report: string): string[] => {
  const lines = report.split('\n').map((line) => line.trim());
  const tries = lines.map((line) => /^([a-z]+-?[\w/-]*) (ok|[A-Z]+)$/.exec(line)).filter((found) => found !== null);
  const wrong = tries
    .filter(([, what = '', said = '']) => (what.startsWith('own-') ? said !== 'ok' : !REFUSED.test(said)))
    .map(([line]) => line);
  const missing = MADE.filter((name) => !tries.some(([, what]) => what === name)).map(
    (name) => `${name} was not tried`,
  );
  const must = [/^control (EACCES|EPERM)$/, /CapPrm: 0{16} CapEff: 0{16}/, /NoNewPrivs: 1/, /^own-ptrace ok$/];
  const absent = must.filter((pattern) => !lines.some((line) => pattern.test(line))).map(String);
  const open = lines.filter((line) => /^api /.test(line) && !/ (401|404)$/.test(line));
  return [...wrong, ...missing, ...absent, ...open];
};
