/** What authors and admins make beforehand, and how whoever knows the answers gives them. */

import { expect, type Page } from '@playwright/test';
import type { Answer, Staff } from './api';
import { heading } from './walk';

const choices = (right: string[], others: string[]) =>
  [...right, ...others].map((text, at) => ({ id: 'abcdef'[at], text, correct: right.includes(text) }));

const QUESTIONS = [
  { kind: 'single', prompt: 'Ai được biết mã OTP của bạn?', choices: choices(['Không ai cả'], ['Nhân viên ngân hàng', 'Công an gọi điện']) },
  { kind: 'multiple', prompt: 'Dấu hiệu nào là của tin nhắn lừa đảo?', choices: choices(['Giục làm ngay', 'Đường liên kết lạ'], ['Có lời chào']) },
  { kind: 'numeric', prompt: 'Số điện thoại khẩn cấp của công an là số nào?', value: 113 },
];

/** The right answers, as a person sees and types them. */
export const RIGHT = { single: 'Không ai cả', multiple: ['Giục làm ngay', 'Đường liên kết lạ'], numeric: '113' };

const paragraph = (text: string, marks?: Answer[]) => ({ type: 'paragraph', content: [{ type: 'text', text, ...(marks ? { marks } : {}) }] });
const document = (...texts: string[]) => ({ type: 'doc', content: texts.map((text) => paragraph(text)) });
export const linked = (text: string, href: string) => ({ type: 'doc', content: [paragraph(text, [{ type: 'link', attrs: { href } }])] });

export interface Words {
  title: string;
  summary?: string;
  section?: string;
  lesson?: string;
  text?: string;
}

/** A text and a quiz of three questions, published; certified as every course of the space is. Gives its id. */
export async function shortCourse(author: Staff, { title, summary, section, lesson, text }: Words): Promise<string> {
  const head = { title, summary: summary ?? 'Hai bài ngắn.', audiences: ['citizen', 'civil_servant'], estimated_minutes: 10 };
  const { id } = await author.ask('POST', '/courses', head);
  const reading = { id: '1', kind: 'text', title: lesson ?? 'Mã OTP là gì?', minutes: 5, body: document(text ?? 'Không đưa mã OTP cho bất kỳ ai.') };
  const quiz = { pass_mark: 60, questions: QUESTIONS.map((one, at) => ({ id: `q${at + 1}`, ...one })) };
  const lessons = [reading, { id: '2', kind: 'quiz', title: 'Ôn tập', minutes: 5, quiz }];
  const sections = [{ id: 'a', title: section ?? 'Giữ tài khoản an toàn', lessons }];
  await author.ask('PUT', `/courses/${id}/draft`, { sections }, { 'if-match': '*' });
  await author.ask('POST', `/courses/${id}/versions`, undefined, { 'if-match': '*' });
  return id;
}

/** The same questions as an assessment that anybody of the space may sit twice. Gives its id. */
export async function assessment(author: Staff, title: string): Promise<string> {
  const bank = (await author.ask('POST', '/banks', { title })).id as string;
  for (const question of QUESTIONS) await author.ask('POST', `/banks/${bank}/items`, { question });
  const draft = { title, time_limit_minutes: 20, attempts_allowed: 2, shuffle_questions: false, parts: [{ kind: 'drawn', bank, count: 3 }] };
  const { id } = await author.ask('POST', '/assessments', draft);
  await author.ask('POST', `/assessments/${id}/versions`, undefined, { 'if-match': '*' });
  return id;
}

/** From the first lesson of the short course to its end, all right. */
export async function finishShortCourse(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/lessons\/1(\?|$)/);
  const way = page.getByRole('navigation', { name: 'Chuyển bài' });
  await way.getByText('Xong, học tiếp').click();
  await expect(page).toHaveURL(/\/lessons\/2$/);
  await page.getByLabel(RIGHT.single).check();
  for (const one of RIGHT.multiple) await page.getByLabel(one).check();
  await page.getByLabel('Nhập một số').fill(RIGHT.numeric);
  await page.getByRole('button', { name: 'Nộp bài' }).click();
  await expect(page.getByText('Bạn đã đạt!')).toBeVisible();
  await way.getByText('Kết thúc khoá học').click();
  await expect(page).toHaveURL(/\/finished$/);
  await expect(page.getByRole('heading', { level: 1, name: /^Chúc mừng / })).toBeVisible();
}

/** From the end of a course to its certificate, which says that it holds. Gives its number. */
export async function openCertificate(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'Xem chứng nhận' }).click({ timeout: 30_000 });
  await expect(page).toHaveURL(/\/certificates\/[^/]+$/);
  await expect(page.getByText('Chứng nhận này có hiệu lực')).toBeVisible();
  await heading(page);
  return new URL(page.url()).pathname.split('/').pop() ?? '';
}
