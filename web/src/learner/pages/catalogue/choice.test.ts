import { expect, it } from 'vitest';
import { question } from './choice';

it('asks for what stands in the address', () => {
  const address = 'q=du+lieu&audience=citizen&length=60&language=vi&origin=own&skill=digcomp-2.2%7C4';
  expect(question(new URLSearchParams(address))).toEqual({
    q: 'du lieu',
    audience: 'citizen',
    most_minutes: 60,
    language: 'vi',
    national: false,
    framework: 'digcomp-2.2',
    competence: '4',
  });
});

it('leaves out what is no filter, so that a mangled address still shows courses', () => {
  const address = `q=${'a'.repeat(300)}&audience=x&length=7&language=tlh&origin=mars&skill=digcomp`;
  expect(question(new URLSearchParams(address))).toEqual({ q: 'a'.repeat(100) });
});
