/** Two devices of one person. */

import { Staff } from './api';
import { anotherDevice, expect, open, signIn, test } from './walk';

/** A course of the demo with a film. */
async function film(person: Staff): Promise<{ course: string; lesson: string }> {
  for (const { id } of (await person.get('/courses')).items) {
    const outline = await person.get(`/courses/${id}/outline`);
    const lessons = outline.sections.flatMap((part: { lessons: { id: string; kind: string }[] }) => part.lessons);
    const found = lessons.find((one: { kind: string }) => one.kind === 'video');
    if (found) return { course: id, lesson: found.id };
  }
  throw new Error('the demo has no film');
}

test('a second device goes on at the second', async ({ page, browser, faults }) => {
  const person = await Staff.of('hue', 'learner05');
  const { course, lesson } = await film(person);
  await person.ask('PUT', `/me/enrolments/${course}`, {});
  await signIn(page, 'learner05');
  await open(page, `/courses/${course}/lessons/${lesson}`);
  const video = page.locator('video');
  await video.waitFor();
  await video.evaluate(async (one: HTMLVideoElement) => {
    one.muted = true;
    await one.play();
    one.currentTime = 7;
  });
  await expect.poll(() => video.evaluate((one: HTMLVideoElement) => one.currentTime)).toBeGreaterThan(7.5);
  await video.evaluate((one: HTMLVideoElement) => one.pause());
  await person.awaited(`/me/enrolments/${course}`, (one) => (one.positions[lesson] ?? 0) >= 7);

  const second = await anotherDevice(browser, faults);
  await signIn(second.page, 'learner05');
  await open(second.page, `/courses/${course}/lessons/${lesson}`);
  const there = second.page.locator('video');
  await there.waitFor();
  await expect.poll(() => there.evaluate((one: HTMLVideoElement) => Math.abs(one.currentTime))).toBeGreaterThan(6);
  await second.context.close();
});
