/** Under which conditions an assessment is taken, in plain words, one after the other. */

import type { Schema } from '$lib/api/client';
import type { IconName } from '$lib/ui/Icon.svelte';
import { duration, number, plural, words } from '$lib/words.svelte';
import { span, when } from './standing';

type Mine = Schema<'MyAssessment'>;

const t = words(
  {
    questions: (n: number) => `${number(n)} câu hỏi`,
    partial: 'Câu đúng một phần vẫn được một phần điểm.',
    whole: 'Mỗi câu phải đúng hoàn toàn mới được điểm.',
    time: (long: string) => `${long} làm bài`,
    timeHelp: 'Đồng hồ chạy từ lúc bắt đầu, kể cả khi bạn thoát ra. Hết giờ, bài tự nộp và các câu đã lưu được chấm.',
    grace: (seconds: number) => ` Nếu mạng chậm, câu trả lời đến muộn tối đa ${number(seconds)} giây vẫn được nhận.`,
    free: 'Không giới hạn thời gian',
    freeHelp: 'Bạn có thể nghỉ rồi làm tiếp, trên máy nào cũng được, cho tới khi bấm nộp bài.',
    attempts: (of: number) => `Được làm ${number(of)} lượt`,
    one: 'Chỉ được làm một lượt',
    many: 'Làm bao nhiêu lượt cũng được',
    left: (taken: number, left: number) => `Bạn đã làm ${number(taken)} lượt, còn ${number(left)} lượt.`,
    taken: (taken: number) => `Bạn đã làm ${number(taken)} lượt.`,
    rest: (long: string) => `Làm xong một lượt, đợi ${long} mới được làm lại.`,
    pass: (mark: number) => `Đạt khi được từ ${number(mark)}% số điểm`,
    noPass: 'Không có đạt hay trượt',
    noPassHelp: 'Kết quả cho bạn biết mình đang ở mức nào.',
    never: 'Nộp xong là biết điểm',
    neverHelp: 'Câu hỏi và đáp án không được xem lại.',
    at_once: 'Nộp xong xem lại được ngay',
    at_onceHelp: 'Bạn thấy điểm, bài làm, đáp án đúng và lời giải thích.',
    after: 'Nộp xong xem lại được bài làm',
    afterHelp: 'Đáp án đúng và lời giải thích hiện ra khi bạn đã đạt, đã hết lượt hoặc bài đã đóng.',
    closing: 'Nộp xong là biết điểm',
    closingHelp: (at: string) => `Xem lại bài làm, đáp án đúng và lời giải thích sau khi bài đóng: ${at}.`,
    opens: (at: string) => `Mở lúc ${at}`,
    closes: (at: string) => `Đóng lúc ${at}`,
    both: (from: string, until: string) => `Mở từ ${from} đến ${until}`,
    zone: 'Giờ Việt Nam.',
    ends: ' Bài đang làm dở sẽ tự nộp khi đóng.',
    code: 'Có giám thị: cần mã phòng thi',
    codeHelp: 'Giám thị đọc mã sáu số tại phòng; mã đổi sau ít phút.',
    release: 'Có giám thị: cần được cho phép',
    releaseHelp: 'Giám thị cho phép từng người rồi bạn mới bắt đầu được.',
  },
  {
    questions: (n: number) => plural(n, 'question', 'questions'),
    partial: 'What is right in part earns a part of the points.',
    whole: 'A question earns points only if it is wholly right.',
    time: (long: string) => `${long} to do it`,
    timeHelp: 'Time runs from the beginning, also while you are away. When it is over, it is submitted by itself, and what was saved is graded.',
    grace: (seconds: number) => ` On a slow line, answers are still taken for ${plural(seconds, 'second', 'seconds')} more.`,
    free: 'No time limit',
    freeHelp: 'You may rest and go on later, on any device, until you submit it.',
    attempts: (of: number) => plural(of, 'attempt', 'attempts'),
    one: 'One attempt only',
    many: 'As many attempts as you like',
    left: (taken: number, left: number) => `You have used ${number(taken)}; ${number(left)} left.`,
    taken: (taken: number) => `You have taken it ${plural(taken, 'time', 'times')}.`,
    rest: (long: string) => `After one attempt wait ${long} before the next.`,
    pass: (mark: number) => `Passed from ${number(mark)}% of the points`,
    noPass: 'There is no passing or failing',
    noPassHelp: 'The result tells you where you stand.',
    never: 'Your score is told when you submit',
    neverHelp: 'Questions and answers are not shown again.',
    at_once: 'You can look at it again at once',
    at_onceHelp: 'You see the score, your answers, the right ones and the reasons.',
    after: 'You can look at your answers again when you have submitted',
    afterHelp: 'The right answers and the reasons are shown once you have passed, have no attempts left, or it has closed.',
    closing: 'Your score is told when you submit',
    closingHelp: (at: string) => `Your answers, the right ones and the reasons are shown after it has closed: ${at}.`,
    opens: (at: string) => `Opens at ${at}`,
    closes: (at: string) => `Closes at ${at}`,
    both: (from: string, until: string) => `Open from ${from} to ${until}`,
    zone: 'Vietnam time.',
    ends: ' What is not submitted by then is submitted by itself.',
    code: 'Supervised: the room’s code is needed',
    codeHelp: 'The supervisor tells six digits in the room; they change every few minutes.',
    release: 'Supervised: you are let in',
    releaseHelp: 'The supervisor lets each person begin.',
  },
);

export interface Term {
  icon: IconName;
  told: string;
  help: string;
}

export function termsOf(mine: Mine, now: Date): Term[] {
  return [
    { icon: 'quiz', told: t.questions(mine.questions), help: mine.partial_credit ? t.partial : t.whole },
    time(mine),
    ...(mine.opens_at || mine.closes_at ? [open(mine, now)] : []),
    attempts(mine),
    mine.pass_mark > 0
      ? { icon: 'award', told: t.pass(mine.pass_mark), help: '' }
      : { icon: 'skill', told: t.noPass, help: t.noPassHelp },
    { icon: 'book', ...review(mine, now) },
    ...(mine.supervised === 'none' ? [] : [supervised(mine.supervised)]),
  ];
}

function time({ time_limit_minutes: minutes, grace_seconds: grace }: Mine): Term {
  if (minutes === null) return { icon: 'clock', told: t.free, help: t.freeHelp };
  return { icon: 'clock', told: t.time(duration(minutes)), help: t.timeHelp + (grace ? t.grace(grace) : '') };
}

function open({ opens_at: from, closes_at: until }: Mine, now: Date): Term {
  const told =
    from && until ? t.both(when(from, now), when(until, now)) : from ? t.opens(when(from, now)) : t.closes(when(until ?? '', now));
  return { icon: 'lock', told, help: t.zone + (until ? t.ends : '') };
}

function attempts({ attempts_allowed: allowed, taken, left, wait_minutes: rest }: Mine): Term {
  const told = allowed === null ? t.many : allowed === 1 ? t.one : t.attempts(allowed);
  const so = !taken ? '' : left === null ? t.taken(taken) : allowed === 1 ? '' : t.left(taken, left);
  return { icon: 'sync', told, help: [so, rest && allowed !== 1 ? t.rest(span(rest)) : ''].filter(Boolean).join(' ') };
}

/** The right answers are told once they help no further try (chalicelib/assessment/showing.py). */
function review({ review: policy, closes_at: until, attempts_allowed: allowed, pass_mark: mark }: Mine, now: Date): Omit<Term, 'icon'> {
  if (policy === 'never') return { told: t.never, help: t.neverHelp };
  if (policy === 'after_closing') return { told: t.closing, help: t.closingHelp(until ? when(until, now) : '') };
  if (allowed === 1 || mark === 0) return { told: t.at_once, help: t.at_onceHelp };
  return { told: t.after, help: t.afterHelp };
}

function supervised(by: 'code' | 'release'): Term {
  return { icon: 'person', told: by === 'code' ? t.code : t.release, help: by === 'code' ? t.codeHelp : t.releaseHelp };
}
