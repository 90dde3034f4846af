// The token server of a mail provider (RFC 6749, section 6), and the place where Dovecot asks whose a token is. Every
// refresh rotates the refresh token; the one that was used is dead then.
import http from 'node:http';
import { atEnd } from './support.mjs';

export class TokenServer {
  refreshTokens = new Map(); // those that live: token -> address
  accessTokens = new Map();
  asked = []; // forms of all refreshes
  lifetime = 3600;
  status = 200; // anything else: the server is in trouble

  static async start() {
    const server = new TokenServer();
    const listener = http.createServer((request, response) => server.answer(request, response));
    await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
    server.url = `http://127.0.0.1:${listener.address().port}`;
    atEnd(() => {
      listener.close();
      listener.closeAllConnections();
    });
    return server;
  }
  consent(address, token) {
    this.refreshTokens.set(token, address);
    return token;
  }
  get secrets() {
    return [...new Set([...this.asked.map((form) => form.refresh_token), ...this.refreshTokens.keys(), ...this.accessTokens.keys()])];
  }

  async answer(request, response) {
    const say = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/userinfo') {
      const email = this.accessTokens.get(request.headers.authorization?.replace('Bearer ', ''));
      return email ? say(200, { email }) : say(401, { error: 'invalid_token' });
    }
    let text = '';
    for await (const bytes of request) text += bytes;
    const form = Object.fromEntries(new URLSearchParams(text));
    this.asked.push(form);
    if (this.status !== 200) return response.writeHead(this.status).end('<html>Come back later</html>');
    const email = this.refreshTokens.get(form.refresh_token);
    if (form.client_id !== 'desk app' || form.client_secret !== 'app&secret=1') return say(401, { error: 'invalid_client' });
    if (!email || form.grant_type !== 'refresh_token') return say(400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' });
    this.refreshTokens.delete(form.refresh_token);
    const [access, refresh] = [`access/${this.asked.length}+${email}`, `refresh/${this.asked.length}+${email}`];
    this.accessTokens.set(access, email);
    this.refreshTokens.set(refresh, email);
    return say(200, { access_token: access, token_type: 'Bearer', expires_in: this.lifetime, refresh_token: refresh });
  }
}
