// Real mail servers that nobody of us wrote: Debian's Postfix as relay, Debian's Dovecot as the customers' mailboxes.
// Both run on loopback from folders of their own and are stopped by process id.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { atEnd, freePort, temporaryFolder, until } from './support.mjs';
import { ImapClient, MailClient, readMailbox } from './mail_client.mjs';

const run = promisify(execFile);

const answers = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1');
  socket.once('data', () => resolve(true) ?? socket.destroy()).once('error', () => resolve(false));
});

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// A certificate authority of the moment, and a certificate of 127.0.0.1 and localhost alone that it signed.
export async function certificates() {
  const folder = temporaryFolder('tls');
  const openssl = (...words) => run('openssl', words, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Authority of the tests', '-days', '2');
  await openssl('req', ...key, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=localhost');
  fs.writeFileSync(`${folder}/names`, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  await openssl('x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'certificate.pem', '-days', '2',
    '-extfile', 'names');
  return { ca: `${folder}/ca.pem`, certificate: `${folder}/certificate.pem`, key: `${folder}/key.pem` };
}

const dovecotTls = (at) => (at.tls ? `
ssl = yes
ssl_cert = <${at.tls.certificate}
ssl_key = <${at.tls.key}
` : 'ssl = no');

// Tokens are judged by asking their server who they belong to.
const dovecotOauth = (at) => (at.userinfo ? `
auth_mechanisms = plain login xoauth2 oauthbearer
auth_cache_size = 0
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${at.folder}/oauth2.conf
}
` : '');

// Where Postfix asks whether a sign-in is right.
const dovecotSasl = (at) => (at.saslPort ? `
service auth {
  inet_listener {
    port = ${at.saslPort}
  }
}
` : '');

// Scripts run as mails are delivered; what they write leaves by SMTP.
const dovecotSieve = (at) => (at.sieve ? `
protocol lmtp {
  mail_plugins = sieve
}
plugin {
  sieve = file:~/sieve;active=~/.dovecot.sieve
  sieve_extensions = +vacation-seconds
  sieve_vacation_min_period = 0
}
postmaster_address = postmaster@customers.test
submission_host = 127.0.0.1:${at.sieve.submissionPort}
` : '');

const dovecotConfig = (at) => `
base_dir = ${at.folder}/run
state_dir = ${at.folder}/state
log_path = ${at.folder}/dovecot.log
listen = 127.0.0.1, 127.0.0.2
protocols = imap lmtp
${dovecotTls(at)}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_verbose = yes
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
first_valid_uid = 1
recipient_delimiter = +
${dovecotOauth(at)}
passdb {
  driver = static
  mechanisms = plain login
  args = password=${at.password}
}
userdb {
  driver = static
  args = allow_all_users=yes uid=nobody gid=nogroup home=${at.folder}/mail/%n
}
service imap-login {
  inet_listener imap {
    port = ${at.imapPort}
  }
  inet_listener imaps {
    port = ${at.tls ? at.imapsPort : 0}
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${at.lmtpPort}
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
${dovecotSasl(at)}
${dovecotSieve(at)}
`;

export class Dovecot {
  // options: { password, tls: of certificates(), userinfo: URL that tells whose token it is, saslPort,
  // sieve: { submissionPort, scripts: { user: script } } }
  static async start(options = {}) {
    const peer = Object.assign(new Dovecot(), { password: 'secret', ...options });
    peer.folder = temporaryFolder('dovecot');
    [peer.imapPort, peer.lmtpPort, peer.imapsPort] = [await freePort(), await freePort(), await freePort()];
    fs.mkdirSync(`${peer.folder}/mail`, { mode: 0o777 });
    fs.chmodSync(`${peer.folder}/mail`, 0o777);
    fs.writeFileSync(`${peer.folder}/oauth2.conf`, `introspection_mode = auth\nintrospection_url = ${peer.userinfo}\nusername_attribute = email\n`);
    fs.writeFileSync(`${peer.folder}/dovecot.conf`, dovecotConfig(peer));
    for (const [user, script] of Object.entries(peer.sieve?.scripts ?? {})) {
      fs.mkdirSync(`${peer.folder}/mail/${user}`);
      fs.writeFileSync(`${peer.folder}/mail/${user}/.dovecot.sieve`, script);
      await run('chown', ['-R', 'nobody:nogroup', `${peer.folder}/mail/${user}`]);
    }
    atEnd(() => peer.stop());
    await peer.startAgain();
    return peer;
  }
  async startAgain() {
    this.child = spawn('/usr/sbin/dovecot', ['-F', '-c', `${this.folder}/dovecot.conf`], { stdio: 'ignore' });
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    await until('Dovecot to answer', async () => (await answers(this.imapPort)) && (await answers(this.lmtpPort)));
  }
  async stop() {
    this.child.kill('SIGTERM');
    await this.ended;
  }
  // As when the power fails: in the middle of whatever it says.
  async crash() {
    const children = (await run('ps', ['--ppid', String(this.child.pid), '-o', 'pid='])).stdout.trim().split(/\s+/).map(Number);
    this.child.kill('SIGKILL');
    for (const pid of children) if (alive(pid)) process.kill(pid, 'SIGKILL');
    await this.ended;
    await until('its processes to end', () => !children.some(alive));
  }
  // Ends the connections of a user; he may come again at once.
  kick(user) {
    return run('doveadm', ['-c', `${this.folder}/dovecot.conf`, 'kick', user]);
  }
  log() {
    return fs.readFileSync(`${this.folder}/dovecot.log`, 'utf8');
  }
  maildir(user) {
    return `${this.folder}/mail/${user}/Maildir`;
  }
  client(user) {
    return ImapClient.connect(this.imapPort, user, this.password);
  }
  // Delivers mails one after the other on one connection.
  async deliver(user, mails) {
    const client = await MailClient.connect(this.lmtpPort, 'lmtp');
    for (const mail of mails) client.expect((await client.send('sender@customers.test', `${user}@hub.test`, mail))[0], 250);
    await client.quit();
  }
  // The sources of all mails of a mailbox.
  async mails(user) {
    return readMailbox(this.imapPort, user, this.password);
  }
  // The first mail that the test accepts.
  waitFor(what, user, test, milliseconds = 20_000) {
    return until(what, async () => (await this.mails(user)).find(test), milliseconds);
  }
}

const postfixMain = (at) => `
compatibility_level = 3.6
queue_directory = ${at.folder}/queue
data_directory = ${at.folder}/data
maillog_file = ${at.folder}/postfix.log
maillog_file_prefixes = ${at.folder}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_transport = error:5.1.1 no local mail
local_recipient_maps =
recipient_delimiter = +
virtual_mailbox_domains = customers.test
virtual_mailbox_maps =
virtual_transport = lmtp:inet:127.0.0.1:${at.customersPort}
relay_domains = ${at.domains.join(' ')}
transport_maps = texthash:${at.folder}/transport
default_transport = error:5.7.1 this relay knows the customers and the hub only
smtpd_relay_restrictions = permit_mynetworks reject
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtputf8_enable = no
maximal_queue_lifetime = 1m
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
${at.main}
`;

const postfixMaster = (at) => `
127.0.0.1:${at.smtpPort} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`;

export class Postfix {
  // customersPort: LMTP for customers.test; hubPort: LMTP of the hub for demo.localhost; transports: of more domains;
  // main: more lines of main.cf.
  static async start({ customersPort, hubPort, smtpPort, transports = {}, main = '' }) {
    const peer = Object.assign(new Postfix(), { domains: ['demo.localhost', ...Object.keys(transports)], main });
    peer.folder = temporaryFolder('postfix');
    peer.customersPort = customersPort;
    peer.smtpPort = smtpPort ?? (await freePort());
    const conf = `${peer.folder}/conf`;
    for (const name of ['conf', 'queue', 'data']) fs.mkdirSync(`${peer.folder}/${name}`);
    await run('chown', ['postfix', `${peer.folder}/data`]);
    fs.writeFileSync(`${conf}/main.cf`, postfixMain(peer));
    fs.writeFileSync(`${conf}/master.cf`, postfixMaster(peer));
    const routes = Object.entries({ 'demo.localhost': `lmtp:inet:127.0.0.1:${hubPort}`, ...transports });
    fs.writeFileSync(`${peer.folder}/transport`, routes.map(([domain, transport]) => `${domain} ${transport}\n`).join(''));
    await run('/usr/sbin/postfix', ['-c', conf, 'start'], { timeout: 20_000 }).catch((error) => {
      throw new Error(`Postfix did not start: ${error.stderr}`);
    });
    const pidFile = `${peer.folder}/queue/pid/master.pid`;
    const pid = Number((await until('the id of Postfix', () => fs.readFileSync(pidFile, 'utf8').trim())));
    atEnd(async () => {
      process.kill(pid, 'SIGTERM');
      await until('Postfix to end', () => !alive(pid));
    });
    await until('Postfix to answer', () => answers(peer.smtpPort));
    peer.url = `smtp://127.0.0.1:${peer.smtpPort}`;
    return peer;
  }
  log() {
    return fs.readFileSync(path.join(this.folder, 'postfix.log'), 'utf8');
  }
}
