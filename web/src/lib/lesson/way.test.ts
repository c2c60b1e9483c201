import { expect, it } from 'vitest';
import { place, type Outline } from './way';

const lesson = (id: string) => ({ id, kind: 'text' as const, title: id, minutes: 1, required: true, quiz: null, bytes: 1 });
const outline: Outline = {
  course: 'c',
  language: 'vi',
  version: 3,
  title: 'C',
  national: null,
  minutes: 3,
  sections: [
    { id: 'a', title: 'Phần A', lessons: [lesson('1'), lesson('2')] },
    { id: 'b', title: 'Phần B', lessons: [] },
    { id: 'd', title: 'Phần D', lessons: [lesson('3')] },
  ],
};

it('goes over the edges of sections, and ends at both ends', () => {
  expect(place(outline, '1')).toMatchObject({ section: 'Phần A', number: 1, of: 3, before: null, after: { id: '2' } });
  expect(place(outline, '2')).toMatchObject({ number: 2, before: { id: '1' }, after: { id: '3' } });
  expect(place(outline, '3')).toMatchObject({ section: 'Phần D', number: 3, before: { id: '2' }, after: null });
});

it('knows no place of a lesson that another version had', () => {
  expect(place(outline, '9')).toBeNull();
});
