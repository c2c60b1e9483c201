// A certified OpenID provider on loopback, for tests: `node oidc_provider.mjs '<accounts as JSON>'`.
// Prints one line once it listens: {"issuer": "http://127.0.0.1:…"}. Ends with its standard input.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const accounts = JSON.parse(process.argv[2]);
const key = (type, options, more) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), use: 'sig', ...more,
});
const cookies = { keys: ['one machine'], long: { signed: true }, short: { signed: true } };

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    jwks: {
      keys: [
        key('rsa', { modulusLength: 2048 }, { kid: 'rsa', alg: 'RS256' }),
        key('ec', { namedCurve: 'P-256' }, { kid: 'ec', alg: 'ES256' }),
      ],
    },
    claims: {
      openid: ['sub'],
      profile: ['name', 'family_name', 'given_name', 'preferred_username'],
      email: ['email', 'email_verified'],
      phone: ['phone_number', 'phone_number_verified'],
      work: ['groups', 'employee_number', 'department', 'title', 'identity_number'],
    },
    cookies,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    features: {
      backchannelLogout: { enabled: true },
      registration: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    // What it asks others with would hang up on this machine.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    pkce: { required: () => true },
    ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600 },
  });
  server.on('request', provider.callback());
  process.stdout.write(`${JSON.stringify({ issuer })}\n`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
