/** Last days, which are days of Vietnam wherever the phone is. */

const DAY_MS = 86_400_000;
const VIETNAM_MS = 7 * 3_600_000; // no summer time since 1975

/** What day it is in Vietnam: `2026-11-25`. */
export function vietnamDay(now: Date): string {
  return new Date(now.getTime() + VIETNAM_MS).toISOString().slice(0, 10);
}

/** How many days are left until the last one: 0 on that day itself, -1 on the one after. */
export function daysLeft(due: string, now: Date): number {
  return Math.round((Date.parse(due) - Date.parse(vietnamDay(now))) / DAY_MS);
}
