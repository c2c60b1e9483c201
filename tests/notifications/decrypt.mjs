// What a browser does with a push (RFC 8291), by npm's http_ece: from stdin its keys and the body, to stdout what it says.
import { createECDH } from "node:crypto";
import { readFileSync } from "node:fs";
import ece from "http_ece";

const asked = JSON.parse(readFileSync(0, "utf8"));
const privateKey = createECDH("prime256v1");
privateKey.setPrivateKey(asked.private, "base64url");
const content = ece.decrypt(Buffer.from(asked.body, "base64url"), {
  version: "aes128gcm",
  privateKey,
  authSecret: asked.auth,
});
process.stdout.write(content);
