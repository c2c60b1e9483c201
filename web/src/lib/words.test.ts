import { afterEach, expect, test } from 'vitest';
import { settings } from './settings.svelte';
import { clock, date, duration, folded, megabytes, moment, number, plural, words } from './words.svelte';

afterEach(() => {
  settings.language = 'vi';
});

test('words follow the language at once', () => {
  const t = words({ save: 'Lưu' }, { save: 'Save' });
  expect(t.save).toBe('Lưu');
  settings.language = 'en';
  expect(t.save).toBe('Save');
});

test('a time is told by the clocks of Vietnam, wherever the phone is', () => {
  expect(moment('2026-11-25T17:30:00Z')).toContain('00:30');
  expect(date('2026-11-25T17:30:00Z')).toBe('26/11/2026');
  expect(date('2026-11-25')).toBe('25/11/2026');
});

test('numbers, sizes and times are written as people there write them', () => {
  expect(number(12345)).toBe('12.345');
  expect(megabytes(1_300_000)).toBe('1,2 MB');
  expect(duration(96)).toBe('1 giờ 36 phút');
  expect([clock(0), clock(187), clock(3729)]).toEqual(['0:00', '3:07', '1:02:09']);
  settings.language = 'en';
  expect([plural(1, 'lesson', 'lessons'), plural(2, 'lesson', 'lessons')]).toEqual(['1 lesson', '2 lessons']);
});

test('a search needs no diacritics, composed or not', () => {
  expect(folded('Đường sắt Thống Nhất')).toBe('duong sat thong nhat');
  expect(folded('Huế'.normalize('NFD'))).toBe(folded('HUẾ'));
});
