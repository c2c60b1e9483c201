import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '$lib/api/client';
import { space } from '$lib/space.svelte';
import { challenge, redeemed, secret } from './elsewhere';
import { door, ownPath } from './landing';

const KEPT = 'hocmo::elsewhere';

describe.each(['', '/s/hue'])('where one lands, below "%s"', (base) => {
  beforeEach(() => void ((space as { base: string }).base = base));

  it('is a page of the space', () => {
    for (const path of ['/', '/courses/01hq', '/courses?q=an%20to%C3%A0n&topic=otp', '/library/x#page=2']) {
      expect(ownPath(path)).toBe(path);
    }
    expect(door('/code', '/courses/01hq?x=1')).toBe(`${base}/code?next=%2Fcourses%2F01hq%3Fx%3D1`);
  });

  it('is never anything else', () => {
    const hostile = ['//evil.example', '/\\evil.example', '\\\\evil.example', '/\t/evil.example', '/\n/evil.example'];
    hostile.push('https://evil.example', 'javascript:alert(1)', ' //evil.example', 'evil.example', '', '/\u0000//evil');
    hostile.push('/../../evil', '/%2e%2e/%2E%2e/s/other/', '/..//evil.example', '/.//evil.example', '/a/..//evil.example');
    hostile.push(`/${'a'.repeat(600)}`, '/courses\\..\\..\\x');
    for (const path of [...hostile, null, undefined]) {
      const landed = ownPath(path);
      const address = new URL(base + landed, 'https://hocmo.example');
      expect(address.host, String(path)).toBe('hocmo.example');
      expect(address.pathname.startsWith(`${base}/`), String(path)).toBe(true);
      expect(landed, String(path)).not.toMatch(/evil\.example|\\|aaa/);
    }
  });

  it('is no page of entering, which would lead on in a circle', () => {
    for (const path of ['/sign-in', '/sign-in?next=/sign-in', '/entry#code=x', '/x/../consent', '/invitations/t']) {
      expect(ownPath(path)).toBe('/');
    }
  });
});

describe('signing in elsewhere', () => {
  beforeEach(() => {
    sessionStorage.clear();
    (space as { base: string }).base = '';
  });

  it('keeps a secret whose challenge is its SHA-256', async () => {
    expect(await challenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM');
    const made = secret();
    expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(await challenge(made)).toBe(createHash('sha256').update(made).digest('base64url'));
    expect(secret()).not.toBe(made);
  });

  it('lets in whom an app sends, though a sign-in was left half-way in this tab', async () => {
    sessionStorage.setItem(KEPT, JSON.stringify({ verifier: 'v', party: 'provider', id: 'p', next: '//evil' }));
    const redeem = vi.fn((verifier: string | null) =>
      verifier ? Promise.reject(new Problem('entry_invalid', 401, '')) : Promise.resolve('in'),
    );
    expect(await redeemed(redeem, 'entry_invalid')).toBe('in');
    expect(redeem.mock.calls).toEqual([['v'], [null]]);
  });

  it('does not try again what failed for another reason, or with nothing else to try', async () => {
    const offline = vi.fn(() => Promise.reject(Problem.offline()));
    await expect(redeemed(offline, 'entry_invalid')).rejects.toMatchObject({ code: 'offline' });
    sessionStorage.setItem(KEPT, JSON.stringify({ verifier: 'v', party: 'app', id: 'a', next: '/' }));
    await expect(redeemed(offline, 'entry_invalid')).rejects.toMatchObject({ code: 'offline' });
    expect(offline).toHaveBeenCalledTimes(2);
  });
});
