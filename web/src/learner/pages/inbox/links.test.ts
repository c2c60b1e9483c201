import { expect, it } from 'vitest';
import { address } from './links';

it('a notification leads to a page of ours, and nowhere else', () => {
  expect(address(`${location.origin}/questions/t1`)).toBe('/questions/t1');
  expect(address('/courses/c1?x=1')).toBe('/courses/c1?x=1');
  for (const foreign of ['https://evil.example/questions/t1', 'javascript:alert(1)', 'data:text/html,x', `${location.origin}/s/other/me`, 'http://']) {
    expect(address(foreign)).toBeNull();
  }
});
