/** An attempt at a quiz while it is made: kept on the device, begun anew with what was right before. */

import type { Schema } from '../api/client';
import { answered, type Answer, type Asked } from '../questions/kinds';

export type Result = Schema<'AttemptResult'>;
export type Answers = Record<string, Answer>;

export interface Draft {
  answers: Answers;
  /** When the quiz was opened, RFC 3339. */
  startedAt: string;
  /** Questions to answer again, of those that were asked; the others keep the right answer of last time. */
  again: string[] | null;
  /** Makes one attempt of every press: kept until the server has answered. */
  key?: string;
}

export function fresh(now: Date): Draft {
  return { answers: {}, startedAt: now.toISOString(), again: null };
}

/** A further attempt that asks for what was missed alone: right answers stand as they were. */
export function again(result: Result, now: Date): Draft {
  const right = result.questions.filter((one) => one.correct);
  return {
    answers: Object.fromEntries(right.map((one) => [one.id, one.chosen as Answer])),
    startedAt: now.toISOString(),
    again: result.questions.filter((one) => !one.correct).map((one) => one.id),
  };
}

/** Those to answer, in their order, and those whose right answer is kept. */
export function parted(questions: Asked[], draft: Draft): { asked: Asked[]; kept: Asked[] } {
  const { again: missed } = draft;
  if (!missed) return { asked: questions, kept: [] };
  return {
    asked: questions.filter((one) => missed.includes(one.id)),
    kept: questions.filter((one) => !missed.includes(one.id)),
  };
}

/** How many are answered, if only in part. */
export function given(questions: Asked[], answers: Answers): number {
  return questions.filter((one) => answered(one, answers[one.id]) !== 'none').length;
}

/** Those not answered wholly. */
export function open(questions: Asked[], answers: Answers): Asked[] {
  return questions.filter((one) => answered(one, answers[one.id]) !== 'whole');
}
