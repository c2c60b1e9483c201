/** Words of the interface. Each page brings its own, in both languages; a key that one of them lacks is a type error. */

import { settings, type Language } from './settings.svelte';

type Word = string | ((...values: never[]) => string);
type Words = Record<string, Word>;
type Other<T extends Words> = { [K in keyof T]: T[K] extends string ? string : T[K] };

/** `const t = words({ save: 'Lưu' }, { save: 'Save' })`, then `t.save`: follows the chosen language at once. */
export function words<T extends Words>(vi: T, en: Other<T>): Other<T> {
  const kept: Record<Language, Other<T>> = { vi: vi as unknown as Other<T>, en };
  return new Proxy(vi, {
    get: (_, key) => kept[settings.language][key as keyof T],
  }) as unknown as Other<T>;
}

/** English counts one apart; Vietnamese does not (Intl.PluralRules). */
export function plural(count: number, one: string, other: string): string {
  return `${number(count)} ${new Intl.PluralRules('en').select(count) === 'one' ? one : other}`;
}

/** 12.345 in Vietnamese, 12,345 in English. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(settings.language, { maximumFractionDigits: digits }).format(value);
}

/** 25/11/2026, as people in Vietnam read it, in Vietnam's time wherever the phone is. */
export function date(value: string | Date): string {
  return format(value, { day: '2-digit', month: '2-digit', year: 'numeric' });
}

/** 09:30 25/11/2026. */
export function moment(value: string | Date): string {
  return format(value, { hour: '2-digit', minute: '2-digit', day: '2-digit', month: '2-digit', year: 'numeric' });
}

function format(value: string | Date, parts: Intl.DateTimeFormatOptions): string {
  // A day alone is that day in Vietnam, not midnight somewhere else.
  const at = typeof value === 'string' ? new Date(value.length === 10 ? `${value}T12:00:00+07:00` : value) : value;
  const region = settings.language === 'vi' ? 'vi-VN' : 'en-GB';
  return new Intl.DateTimeFormat(region, { ...parts, timeZone: 'Asia/Ho_Chi_Minh', hourCycle: 'h23' }).format(at);
}

/** "3 phút trước": how long ago, coarse; after a month the date. */
export function ago(value: string | Date): string {
  const at = typeof value === 'string' ? new Date(value) : value;
  const seconds = (at.getTime() - Date.now()) / 1000;
  const steps: [number, Intl.RelativeTimeFormatUnit][] = [
    [60, 'second'],
    [3600, 'minute'],
    [86_400, 'hour'],
    [30 * 86_400, 'day'],
  ];
  const unit = { second: 1, minute: 60, hour: 3600, day: 86_400 } as Record<string, number>;
  for (const [below, name] of steps) {
    if (Math.abs(seconds) < below) {
      return new Intl.RelativeTimeFormat(settings.language, { numeric: 'auto' }).format(
        Math.trunc(seconds / (unit[name] ?? 1)),
        name,
      );
    }
  }
  return date(at);
}

/** 3:07, 1:02:09. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** 1,2 MB. */
export function megabytes(bytes: number): string {
  const mb = bytes / 1_048_576;
  return `${number(mb < 0.1 ? 0.1 : mb, mb < 10 ? 1 : 0)} MB`;
}

const t = words(
  { minutes: (n: number) => `${number(n)} phút`, hours: (h: number, m: number) => `${h} giờ${m ? ` ${m} phút` : ''}` },
  {
    minutes: (n: number) => plural(n, 'minute', 'minutes'),
    hours: (h: number, m: number) => `${plural(h, 'hour', 'hours')}${m ? ` ${plural(m, 'minute', 'minutes')}` : ''}`,
  },
);

/** How long something takes, in words. */
export function duration(minutes: number): string {
  return minutes < 60 ? t.minutes(minutes) : t.hours(Math.floor(minutes / 60), minutes % 60);
}

/** For searching: without diacritics or case, đ as d. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[̀-ͯ]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase();
}
