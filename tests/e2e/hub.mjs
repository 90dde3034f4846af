// The program under test: started on free ports with a data folder and a configuration file of its own, told when it is
// ready, stopped, killed and started again; and its API.
import { execFileSync, execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { atEnd, check, freePort, root, temporaryFolder, until, within } from './support.mjs';

const program = process.env.SPORTELLO_PROGRAM ?? path.join(root, 'build/release/sportello');
const run = promisify(execFile);

// The program with these words, to its end.
export async function runProgram(...words) {
  try {
    const { stdout, stderr } = await run(program, words, { timeout: 60_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return { code: error.code ?? -1, stdout: error.stdout ?? '', stderr: error.stderr ?? String(error) };
  }
}

export class Hub {
  log = '';
  process = null;

  // options: { config: { section: { key: value } }, flags: [] }
  static async create(name, options = {}) {
    const hub = new Hub();
    hub.folder = temporaryFolder(name);
    hub.data = path.join(hub.folder, 'data');
    hub.configFile = path.join(hub.folder, 'sportello.toml');
    hub.flags = options.flags ?? [];
    [hub.httpPort, hub.smtpPort, hub.lmtpPort] = [await freePort(), await freePort(), await freePort()];
    hub.url = `http://127.0.0.1:${hub.httpPort}`;
    hub.configure(options.config ?? {});
    atEnd(() => hub.kill());
    return hub;
  }

  configure(config) {
    this.config = config;
    const lines = Object.entries(config).flatMap(([section, keys]) => [
      `[${section}]`, ...Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`), '']);
    fs.writeFileSync(this.configFile, lines.join('\n'));
  }

  // Resolves with the milliseconds until /readyz said yes.
  async start() {
    const begun = Date.now();
    const child = spawn(program, ['serve', '--config', this.configFile, '--data', this.data, '--http', `127.0.0.1:${this.httpPort}`,
      '--smtp', `127.0.0.1:${this.smtpPort}`, '--lmtp', `127.0.0.1:${this.lmtpPort}`, ...this.flags],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.folder });
    this.process = child;
    child.stdout.on('data', (bytes) => (this.log += bytes));
    child.stderr.on('data', (bytes) => (this.log += bytes));
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    void this.exited.then(() => {
      if (this.process === child) this.process = null;
    });
    await until('the hub to be ready', async () => {
      if (child.exitCode !== null)
        throw Object.assign(new Error(`it ended with ${child.exitCode}: ${this.log.slice(-800)}`), { hopeless: true });
      return (await fetch(`${this.url}/readyz`)).status === 200;
    }, 20_000);
    this.token = fs.readFileSync(path.join(this.data, 'admin-token'), 'utf8').trim();
    return Date.now() - begun;
  }

  get running() {
    return this.process !== null && this.process.exitCode === null && this.process.signalCode === null;
  }
  signal(name) {
    check(this.running, 'the hub runs');
    this.process.kill(name);
  }
  async kill() {
    if (!this.running) return;
    this.process.kill('SIGKILL');
    await this.exited;
  }
  // SIGTERM; resolves with the exit code and the milliseconds it took.
  async stop(milliseconds = 15_000) {
    const begun = Date.now();
    this.signal('SIGTERM');
    const { code, signal } = await within('the hub to end after SIGTERM', this.exited, milliseconds);
    return { code, signal, took: Date.now() - begun };
  }
  // Rows of the store, read beside the running hub.
  stored(sql) {
    const script = 'import json,sqlite3,sys;print(json.dumps(sqlite3.connect("file:"+sys.argv[1]+"?mode=ro",uri=True).execute(sys.argv[2]).fetchall()))';
    return JSON.parse(execFileSync('python3', ['-c', script, path.join(this.data, 'sportello.db'), sql], { maxBuffer: 64 << 20 }).toString());
  }
  // A subcommand on the data folder, e.g. verify.
  command(command, ...words) {
    return runProgram(command, '--data', this.data, ...words);
  }
  // Puts a declared workspace in force: through the running hub, or on the resting folder.
  async apply(declaration) {
    const file = path.join(this.folder, 'declaration.json');
    fs.writeFileSync(file, typeof declaration === 'string' ? declaration : JSON.stringify(declaration));
    return this.command('apply', file, ...(this.running ? ['--http', `127.0.0.1:${this.httpPort}`] : []));
  }
  // Resident bytes, from the kernel.
  residentBytes() {
    const status = fs.readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
  }

  signIns() {
    return Object.fromEntries(fs.readFileSync(path.join(this.data, 'sign-ins'), 'utf8').trim().split('\n').map((line) => {
      const [role, email, password] = line.split(' ');
      return [email.split('@')[0], { role, email, password }];
    }));
  }

  // --- API. `body`: an object becomes JSON, a string goes as it is.
  async request(method, target, { body, token = this.token, headers = {}, cookie } = {}) {
    const response = await fetch(this.url + target, {
      method,
      redirect: 'manual',
      headers: {
        ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(cookie ? { Cookie: cookie } : {}),
        ...(body !== undefined && typeof body !== 'string' ? { 'Content-Type': 'application/json' } : {}), ...headers,
      },
      body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    });
    const text = await response.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, json };
  }
  async get(target, options) {
    const answer = await this.request('GET', target, options);
    if (answer.status !== 200) throw new Error(`GET ${target}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer.json;
  }
  async post(target, body, options = {}) {
    const answer = await this.request('POST', target, { body, ...options });
    if (answer.status >= 300) throw new Error(`POST ${target}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer.json;
  }
  // Every page of a list.
  async all(target, options) {
    const items = [];
    for (let cursor = null; ;) {
      const page = await this.get(`${target}${target.includes('?') ? '&' : '?'}limit=200${cursor ? `&cursor=${cursor}` : ''}`, options);
      items.push(...page.items);
      if (!page.next) return items;
      cursor = encodeURIComponent(page.next);
    }
  }
  conversations(query = 'status=any', options) {
    return this.all(`/api/v1/conversations?${query}`, options);
  }
  // Every message of a conversation, oldest first.
  async messages(id, options) {
    const items = [];
    for (let after = 0; ;) {
      const page = await this.get(`/api/v1/conversations/${id}/messages?limit=200&after=${after}`, options);
      items.push(...page.items);
      if (!page.next) return items;
      after = page.items.at(-1).number;
    }
  }
  // A browser's session of an agent: { cookie, csrf, agent, options } to sign requests with.
  async signIn(name) {
    const { email, password } = this.signIns()[name];
    const answer = await this.request('POST', '/api/v1/session', { token: '', body: { email, password } });
    if (answer.status !== 200) throw new Error(`sign-in of ${name}: ${answer.status} ${answer.text}`);
    const cookie = answer.headers.get('set-cookie').split(';')[0];
    const csrf = answer.json.csrf_token;
    return { cookie, csrf, agent: answer.json.agent, options: { token: '', cookie, headers: { 'X-CSRF-Token': csrf } } };
  }
  // An agent's API token.
  async tokenOf(name) {
    const { email } = this.signIns()[name];
    const agent = (await this.get('/api/v1/agents')).items.find((one) => one.email === email);
    return { agent, token: (await this.post('/api/v1/tokens', { agent_id: agent.id })).token };
  }
}
