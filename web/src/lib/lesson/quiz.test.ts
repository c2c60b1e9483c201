import { beforeEach, expect, it, vi } from 'vitest';
import { session } from '../session.svelte';
import { QuizUnderway } from './quiz.svelte';

// jsdom keeps nothing, as a private window does: what is asked goes straight to the server.
const person = { id: 'p1', name: 'An', roles: ['learner' as const], locale: 'vi' as const };
beforeEach(() => session.enter({ access_token: 't', expires_in: 900, person }));
const lesson = { id: '4', title: 'Ôn tập' };
const answered = (status: number, body: unknown) =>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(JSON.stringify(body), { status }));
const told = (id: string, correct: boolean) => ({ id, correct, chosen: correct ? ['a'] : [], points: 0, points_possible: 1 });
const result = (passed: boolean) => ({ version: 2, passed, score: 50, questions: [told('q1', true), told('q2', passed)] });

it('is submitted once with what was answered, under one key, and tells how it went', async () => {
  const fetched = answered(201, result(false));
  const quiz = new QuizUnderway('c', lesson, 2, 0);
  quiz.answer('q1', ['a']);
  await Promise.all([quiz.submit(), quiz.submit()]);
  expect(fetched).toHaveBeenCalledTimes(1);
  const request = fetched.mock.calls[0]?.[0] as Request;
  expect(await request.json()).toMatchObject({ lesson: '4', version: 2, answers: { q1: ['a'] } });
  expect(request.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
  expect(quiz.result?.score).toBe(50);
  quiz.retry(false);
  expect(quiz.result).toBeNull();
  expect(quiz.draft).toMatchObject({ answers: { q1: ['a'] }, again: ['q2'] });
});

it('is one attempt however often it is pressed, until the server has answered; other answers are another', async () => {
  const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Promise.reject(new TypeError('lost')));
  const quiz = new QuizUnderway('c', lesson, 2, 0);
  const keys = () => fetched.mock.calls.map(([request]) => (request as Request).headers.get('idempotency-key'));
  quiz.answer('q1', ['a']);
  await quiz.submit();
  await quiz.submit();
  quiz.answer('q1', ['b']);
  await quiz.submit();
  const sent = [...new Set(keys())];
  expect(keys().length).toBeGreaterThanOrEqual(3);
  expect(sent).toHaveLength(2);
});

it('keeps what was answered when the server does not take it, and says why', async () => {
  answered(409, { code: 'version_changed', detail: 'Hãy tải lại bài trắc nghiệm.' });
  const quiz = new QuizUnderway('c', lesson, 2, 0);
  quiz.answer('q1', ['a']);
  await quiz.submit();
  expect(quiz.problem).toMatchObject({ code: 'version_changed', message: 'Hãy tải lại bài trắc nghiệm.' });
  expect(quiz.draft.answers).toEqual({ q1: ['a'] });
  expect(quiz.result).toBeNull();
});

it('shows how it went last time, unless the course is another version since', async () => {
  answered(200, result(true));
  const [same, other] = [new QuizUnderway('c', lesson, 2, 3), new QuizUnderway('c', lesson, 3, 3)];
  await vi.waitFor(() => expect(same.loading || other.loading).toBe(false));
  expect([same.result?.passed, other.result]).toEqual([true, null]);
});
