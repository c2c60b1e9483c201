/** Questions as the API asks them, answers in the forms that it takes, and what is told of an answer afterwards. */

import type { components } from '../api/schema';

type Schemas = components['schemas'];
export type Asked = Schemas['Sitting']['questions'][number];
export type AskedOf<Kind extends Asked['kind']> = Extract<Asked, { kind: Kind }>;
export type Part = Omit<Schemas['AskedChoice'], 'picture'> & Partial<Pick<Schemas['AskedChoice'], 'picture'>>;
/** What `save_my_answer` and `submit_attempt` take; null while nothing was answered. */
export type Answer = Schemas['NewAnswer']['response'];
export type Point = Schemas['Point'];
export type Area = Schemas['Circle'] | Schemas['Rectangle'] | Schemas['Polygon'];
export type Result = Schemas['QuestionResult'];
export type Verdict = 'right' | 'partly' | 'wrong' | 'unanswered';

/** What every kind is given by `Question.svelte`. */
export interface Asking<Kind extends Asked['kind']> {
  question: AskedOf<Kind>;
  answer: Answer | null;
  /** The prompt, which names what is answered. */
  prompt: string;
  /** The language in which it is asked. */
  lang: string;
  disabled: boolean;
  result: Result | null;
  picture: (file: string) => string | undefined;
  onmissing: (file: string) => void;
  give: (answer: Answer) => void;
}

/** The ids of an answer that is a list of them; an empty list for any other form. */
export function ids(answer: unknown): string[] {
  return Array.isArray(answer) ? answer.filter((one): one is string => typeof one === 'string') : [];
}

/** The answer of each part; an empty one for any other form. */
export function byPart(answer: unknown): Record<string, string> {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return {};
  return Object.fromEntries(Object.entries(answer).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

export function typed(answer: unknown): string {
  return typeof answer === 'string' ? answer : '';
}

/** The points of a picture that were touched; none for any other form. */
export function points(answer: unknown): Point[] {
  if (!Array.isArray(answer)) return [];
  return (answer as unknown[]).filter((one): one is Point => {
    const point = one as Partial<Point> | null;
    return typeof point === 'object' && point !== null && inside(point.x) && inside(point.y);
  });
}

function inside(portion: unknown): boolean {
  return typeof portion === 'number' && portion >= 0 && portion <= 1;
}

/** How much of a question is answered, whether rightly or not. */
export function answered(question: Asked, answer: Answer | null | undefined): 'none' | 'part' | 'whole' {
  const [given, wanted] = parts(question, answer);
  if (!given) return 'none';
  return given < wanted ? 'part' : 'whole';
}

function parts(question: Asked, answer: unknown): [given: number, wanted: number] {
  switch (question.kind) {
    case 'matching':
      return [filled(answer), question.pairs.length];
    case 'fill_in':
      return [filled(answer), question.gaps.length];
    case 'hot_spot':
      return [points(answer).length, question.touches];
    case 'numeric':
    case 'short_answer':
      return [typed(answer).trim() ? 1 : 0, 1];
    default:
      return [ids(answer).length ? 1 : 0, 1];
  }
}

function filled(answer: unknown): number {
  return Object.values(byPart(answer)).filter((one) => one.trim()).length;
}

// The server's two ways of reading a number: 3,14 and 3.14 alike, and 1.000.000,5 with thousands in threes.
const PLAIN = /^[+-]?[0-9]+(?:[.,][0-9]+)?$/;
const GROUPED = /^[+-]?[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?$/;

/** Whether what was typed is a number to the server, which refuses a quiz with one that is none. */
export function isNumber(text: string): boolean {
  const bare = text.replace(/\s/g, '').replace(/\u2212/g, '-');
  return bare.length <= 30 && (PLAIN.test(bare) || GROUPED.test(bare));
}

/** Whether the answer may be sent as it is: nothing typed where a number is asked, or a number. */
export function isFit(question: Asked, answer: Answer | null | undefined): boolean {
  return question.kind !== 'numeric' || !typed(answer).trim() || isNumber(typed(answer));
}

/** How a question was answered, as it may be said. */
export function verdict(result: Result): Verdict {
  if (result.correct) return 'right';
  if (result.points > 0) return 'partly';
  const { chosen } = result;
  const empty = typeof chosen === 'string' ? !chosen.trim() : !Object.keys(chosen).length;
  return empty ? 'unanswered' : 'wrong';
}

/** A piece of a text with gaps: words, or a gap's id and its place among them (0, 1, …). */
export type Piece = { text: string } | { gap: string; at: number };

/** A text cut at its gaps `[[id]]`; what only looks like one stays text. */
export function pieces(text: string, gaps: readonly { id: string }[]): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const mark of text.matchAll(/\[\[([0-9a-z_-]{1,20})\]\]/g)) {
    const at = gaps.findIndex((gap) => gap.id === mark[1]);
    if (at < 0) continue;
    if (mark.index > from) found.push({ text: text.slice(from, mark.index) });
    found.push({ gap: mark[1] ?? '', at });
    from = mark.index + mark[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}
