/** Where one stands with an assessment: what one may do now, and where not, why and until when. */

import { daysLeft, vietnamDay } from '$lib/courses/deadlines';
import type { Schema } from '$lib/api/client';
import { date, duration, number, plural, words } from '$lib/words.svelte';

type Mine = Pick<Schema<'MyAssessment'>, 'open' | 'refusal' | 'begins_at' | 'supervised'>;
type Offered = Pick<Schema<'OfferedAssessment'>, 'id' | 'opens_at' | 'closes_at' | 'attempts_allowed'>;
type Taken = Pick<Schema<'SittingCard'>, 'number' | 'state' | 'due_at'>;

export type Hindrance =
  | 'early'
  | 'rest'
  | 'closed'
  | 'used_up'
  | 'archived'
  | 'other_audience'
  | 'not_enrolled'
  | 'enrolment_left'
  | 'other';
export type Step =
  | { do: 'continue'; number: number }
  | { do: 'begin'; by: Mine['supervised'] }
  | { do: 'wait'; why: 'early' | 'rest'; from: string }
  | { do: 'nothing'; why: Hindrance };

const WHY: Record<string, Hindrance> = {
  no_sittings_left: 'used_up',
  assessment_archived: 'archived',
  other_audience: 'other_audience',
  not_enrolled: 'not_enrolled',
  enrolment_left: 'enrolment_left',
};

/** What one may do, by what the server told; a wait that is over by now is none: it may have been told long ago. */
export function nextStep(mine: Mine, now: Date): Step {
  if (mine.open !== null) return { do: 'continue', number: mine.open };
  const { refusal, begins_at: from } = mine;
  if (refusal === null || (from && Date.parse(from) <= now.getTime())) return { do: 'begin', by: mine.supervised };
  if (from) return { do: 'wait', why: refusal === 'wait_longer' ? 'rest' : 'early', from };
  return { do: 'nothing', why: refusal === 'assessment_not_open' ? 'closed' : (WHY[refusal] ?? 'other') };
}

/** In a list: what the offer and one's sittings tell without asking about each. `over`: its time is, and it is graded as
 * soon as it is looked at. */
export type Standing = 'open' | 'over' | 'early' | 'closed' | 'used_up' | 'may';

export function standing(offer: Offered, sittings: Taken[], now: Date): Standing {
  const open = sittings.find((one) => one.state === 'open');
  if (open) return open.due_at && Date.parse(open.due_at) <= now.getTime() ? 'over' : 'open';
  if (offer.closes_at && Date.parse(offer.closes_at) <= now.getTime()) return 'closed';
  if (offer.attempts_allowed !== null && sittings.length >= offer.attempts_allowed) return 'used_up';
  return offer.opens_at && Date.parse(offer.opens_at) > now.getTime() ? 'early' : 'may';
}

const t = words(
  {
    today: (time: string) => `${time} hôm nay`,
    tomorrow: (time: string) => `${time} ngày mai`,
    on: (time: string, day: string) => `${time} ngày ${day}`,
    days: (days: number) => `${number(days)} ngày`,
  },
  {
    today: (time: string) => `${time} today`,
    tomorrow: (time: string) => `${time} tomorrow`,
    on: (time: string, day: string) => `${time} on ${day}`,
    days: (days: number) => plural(days, 'day', 'days'),
  },
);
const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZone: 'Asia/Ho_Chi_Minh',
});

/** 09:30 ngày mai: by the clocks and days of Vietnam, wherever the phone is. */
export function when(at: string, now: Date): string {
  const moment = new Date(at);
  const days = daysLeft(vietnamDay(moment), now);
  const time = TIME.format(moment);
  return days === 0 ? t.today(time) : days === 1 ? t.tomorrow(time) : t.on(time, date(moment));
}

const DAY = 1440;

/** A wait in words, in days where it is some. */
export function span(minutes: number): string {
  const [days, rest] = [Math.floor(minutes / DAY), minutes % DAY];
  if (!days) return duration(minutes);
  return rest ? `${t.days(days)} ${duration(rest)}` : t.days(days);
}
