/** A machine of the tests' own, as `make run` starts it: on free ports, with a fresh home and the demo; ended at the end.
 * HOCMO_URL names one that runs already. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const PATIENCE_S = 300;

export default async function start(): Promise<(() => Promise<void>) | void> {
  if (process.env['HOCMO_URL']) return;
  const home = mkdtempSync(join(tmpdir(), 'hocmo-browser-'));
  const port = await freePort();
  const log = join(home, 'run.log');
  const out = openSync(log, 'w');
  const run = spawn(join(ROOT, '.venv/bin/python'), ['-m', 'infra.local.run'], {
    cwd: ROOT,
    env: { ...process.env, HOCMO_HOME: home, PORT: String(port) },
    stdio: ['ignore', out, out],
  });
  const end = async () => {
    if (run.exitCode === null) {
      run.kill('SIGTERM');
      await new Promise((resolve) => run.once('exit', resolve));
    }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await demoLoaded(run, log);
  } catch (error) {
    await end();
    throw error;
  }
  process.env['HOCMO_URL'] = `http://localhost:${port}`;
  return end;
}

async function demoLoaded(run: ChildProcess, log: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_S * 4; waited += 1) {
    const told = readFileSync(log, 'utf8');
    if (told.includes('Demo accounts')) return;
    if (run.exitCode !== null) throw new Error(`the machine did not start:\n${told}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`the machine was not ready in ${PATIENCE_S} s:\n${readFileSync(log, 'utf8')}`);
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
