// Real mail servers that nobody of us wrote: Debian's Postfix as relay, Debian's Dovecot as the customers' mailboxes.
// Both run on loopback from folders of their own and are stopped by process id.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { atEnd, freePort, temporaryFolder, until } from './support.mjs';
import { readMailbox } from './mail_client.mjs';

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

const dovecotConfig = (at) => `
base_dir = ${at.folder}/run
state_dir = ${at.folder}/state
log_path = ${at.folder}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
first_valid_uid = 1
recipient_delimiter = +
passdb {
  driver = static
  args = password=secret
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
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${at.lmtpPort}
  }
}
`;

export class Dovecot {
  static async start() {
    const peer = new Dovecot();
    peer.folder = temporaryFolder('dovecot');
    [peer.imapPort, peer.lmtpPort] = [await freePort(), await freePort()];
    fs.mkdirSync(`${peer.folder}/mail`, { mode: 0o777 });
    fs.chmodSync(`${peer.folder}/mail`, 0o777);
    fs.writeFileSync(`${peer.folder}/dovecot.conf`, dovecotConfig(peer));
    const child = spawn('/usr/sbin/dovecot', ['-F', '-c', `${peer.folder}/dovecot.conf`], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    atEnd(() => {
      child.kill('SIGTERM');
      return ended;
    });
    await until('Dovecot to answer', async () => (await answers(peer.imapPort)) && (await answers(peer.lmtpPort)));
    return peer;
  }
  // The sources of all mails of a mailbox.
  async mails(user) {
    return readMailbox(this.imapPort, user, 'secret');
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
relay_domains = demo.localhost
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
  // customersPort: LMTP for customers.test; hubPort: LMTP of the hub for demo.localhost.
  static async start({ customersPort, hubPort }) {
    const peer = new Postfix();
    peer.folder = temporaryFolder('postfix');
    peer.customersPort = customersPort;
    peer.smtpPort = await freePort();
    const conf = `${peer.folder}/conf`;
    for (const name of ['conf', 'queue', 'data']) fs.mkdirSync(`${peer.folder}/${name}`);
    await run('chown', ['postfix', `${peer.folder}/data`]);
    fs.writeFileSync(`${conf}/main.cf`, postfixMain(peer));
    fs.writeFileSync(`${conf}/master.cf`, postfixMaster(peer));
    fs.writeFileSync(`${peer.folder}/transport`, `demo.localhost lmtp:inet:127.0.0.1:${hubPort}\n`);
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
