import { expect, it } from 'vitest';
import type { Asked } from '../questions/kinds';
import { again, fresh, given, open, parted, type Result } from './attempt';

const now = new Date('2026-11-25T01:00:00Z');
const asked = { prompt: '?', stimulus: null, points: 1 };
const choice = (id: string) => ({ id, text: id, picture: null });
const questions: Asked[] = [
  { ...asked, id: 'q1', kind: 'single', choices: [choice('a'), choice('b')] },
  { ...asked, id: 'q2', kind: 'matching', pairs: [choice('p'), choice('q')], targets: [choice('x'), choice('y')] },
  { ...asked, id: 'q3', kind: 'short_answer' },
];
const told = (id: string, correct: boolean, chosen: Result['questions'][number]['chosen']) => ({
  id,
  correct,
  chosen,
  points: correct ? 1 : 0,
  points_possible: 1,
  right: null,
  explanation: null,
  feedback: {},
});
const result = {
  questions: [told('q1', true, ['a']), told('q2', false, { p: 'y' }), told('q3', false, '')],
} as unknown as Result;

it('asks again for what was missed alone, and sends what was right as it was', () => {
  const draft = again(result, now);
  expect(draft).toEqual({ answers: { q1: ['a'] }, startedAt: '2026-11-25T01:00:00.000Z', again: ['q2', 'q3'] });
  const { asked, kept } = parted(questions, draft);
  expect([asked.map((one) => one.id), kept.map((one) => one.id)]).toEqual([['q2', 'q3'], ['q1']]);
});

it('asks for everything at first', () => {
  expect(parted(questions, fresh(now))).toEqual({ asked: questions, kept: [] });
});

it('knows what is answered, in part, and not at all', () => {
  const answers = { q1: ['b'], q2: { p: 'x' } };
  expect(given(questions, answers)).toBe(2);
  expect(open(questions, answers).map((one) => one.id)).toEqual(['q2', 'q3']);
  expect(open(questions, { ...answers, q2: { p: 'x', q: 'y' }, q3: 'otp' })).toEqual([]);
});
