import { cleanup, fireEvent, render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answered, isFit, isNumber, pieces, verdict, type Answer, type Asked, type Result } from './kinds';
import Question, { bringKinds } from './Question.svelte';

const HOSTILE = '<img src=x onerror=alert(1)>{@html}';
const base = { id: '1', prompt: HOSTILE, stimulus: null, points: 2 };
const choice = (id: string, text = id) => ({ id, text, picture: null });

const single: Asked = { ...base, kind: 'single', choices: [choice('a', HOSTILE), choice('b'), choice('c')] };
const multiple: Asked = { ...base, kind: 'multiple', choices: [choice('a'), choice('b', HOSTILE), choice('c')] };
const trueFalse: Asked = { ...base, kind: 'true_false' };
const matching: Asked = { ...base, kind: 'matching', pairs: [choice('p'), choice('q', HOSTILE)], targets: [choice('x', 'OTP'), choice('y', HOSTILE)] };
const ordering: Asked = { ...base, kind: 'ordering', items: [choice('i'), choice('j', HOSTILE), choice('k')] };
const numeric: Asked = { ...base, kind: 'numeric' };
const short: Asked = { ...base, kind: 'short_answer' };
const fillIn: Asked = {
  ...base,
  kind: 'fill_in',
  text: `Mật khẩu có [[n]] ký tự, ${HOSTILE} [[kind]], [[none]].`,
  gaps: [
    { id: 'n', options: [] },
    { id: 'kind', options: ['chữ', HOSTILE] },
  ],
};
const hotSpot: Asked = {
  ...base,
  kind: 'hot_spot',
  touches: 2,
  picture: { file: 'f', alt: HOSTILE, width: 400, height: 200 },
};
const every: [Asked, Answer][] = [
  [single, ['b']],
  [multiple, ['a', 'c']],
  [trueFalse, ['false']],
  [matching, { p: 'x', q: 'y' }],
  [ordering, ['k', 'i', 'j']],
  [numeric, '3,14'],
  [short, 'mật khẩu'],
  [fillIn, { n: '12', kind: 'chữ' }],
  [hotSpot, [{ x: 0.25, y: 0.5 }, { x: 1, y: 0 }]],
];

const input = (element: HTMLElement) => element as HTMLInputElement;
const inputs = (elements: HTMLElement[]) => elements as HTMLInputElement[];

/** A question on a page, and all answers that it gave. */
function asked(question: Asked, answer: Answer | null = null, more: { result?: Result; disabled?: boolean } = {}) {
  const given: Answer[] = [];
  const page = render(Question, { question, answer, ...more, picture: () => 'https://a.example/p.png', onanswer: (now: Answer) => given.push(now) });
  return { ...page, given, last: () => given[given.length - 1] };
}

beforeAll(() => bringKinds(every.map(([question]) => question.kind)));
afterEach(cleanup);

describe('what is answered has the form that the API takes', () => {
  it('one choice, and another in its place', async () => {
    const page = asked(single);
    for (const at of [1, 2]) await fireEvent.click(page.getAllByRole('radio')[at]!);
    expect(page.given).toEqual([['b'], ['c']]);
  });

  it('several, in the order asked, and one taken back', async () => {
    const page = asked(multiple);
    for (const at of [2, 0, 2]) await fireEvent.click(page.getAllByRole('checkbox')[at]!);
    expect(page.given).toEqual([['c'], ['a', 'c'], ['a']]);
  });

  it('true or false', async () => {
    const page = asked(trueFalse);
    await fireEvent.click(page.getByRole('radio', { name: 'Sai' }));
    expect(page.last()).toEqual(['false']);
  });

  it('what goes with what; one taken back is no answer', async () => {
    const page = asked(matching);
    const rows = page.getAllByRole('combobox');
    await fireEvent.change(rows[1]!, { target: { value: 'y' } });
    await fireEvent.change(rows[0]!, { target: { value: 'x' } });
    expect(page.last()).toEqual({ p: 'x', q: 'y' });
    await fireEvent.change(rows[1]!, { target: { value: '' } });
    expect(page.last()).toEqual({ p: 'x' });
  });

  it('an order by buttons: told aloud, the focus goes along; kept as it is on request alone', async () => {
    const page = asked(ordering);
    await fireEvent.click(page.getByRole('button', { name: 'Chuyển xuống: i' }));
    await fireEvent.click(page.getByRole('button', { name: 'Chuyển xuống: i' }));
    expect(page.given).toEqual([
      ['j', 'i', 'k'],
      ['j', 'k', 'i'],
    ]);
    await tick();
    expect(page.getByRole('status').textContent).toBe('i: vị trí 3 trên 3');
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Chuyển lên: i');
    cleanup();
    const untouched = asked(ordering);
    expect(untouched.given).toEqual([]);
    await fireEvent.click(untouched.getByRole('button', { name: 'Giữ thứ tự này' }));
    expect(untouched.last()).toEqual(['i', 'j', 'k']);
  });

  it('a number as typed; what is none is told once the field is left', async () => {
    const page = asked(numeric);
    const field = page.getByLabelText('Nhập một số');
    await fireEvent.input(field, { target: { value: 'ba' } });
    expect(field.getAttribute('aria-invalid')).toBeNull();
    await fireEvent.blur(field);
    expect(field.getAttribute('aria-invalid')).toBe('true');
    await fireEvent.input(field, { target: { value: '-3,14' } });
    expect(page.last()).toBe('-3,14');
    expect(field.getAttribute('aria-invalid')).toBeNull();
  });

  it('a short text, in the language of the course', async () => {
    const page = asked(short);
    const field = page.getByLabelText('Câu trả lời của bạn');
    expect(field.closest('[lang]')?.getAttribute('lang')).toBe('vi');
    await fireEvent.input(field, { target: { value: 'mật mã' } });
    expect(page.last()).toBe('mật mã');
  });

  it('an English course is read out in English: what is asked, what is chosen among, and what was right', async () => {
    await bringKinds(['fill_in', 'ordering', 'matching', 'hot_spot']);
    const rights: [Asked, Answer][] = [[single, ['a']], [matching, { p: 'x', q: 'y' }], [ordering, ['k', 'i', 'j']], [fillIn, { n: '8' }], [short, 'cipher']];
    for (const [question, right] of rights) {
      const result = { chosen: '', correct: false, points: 0, points_possible: 2, feedback: {}, explanation: 'Why.', right } as unknown as Result;
      const { container } = render(Question, { question, lang: 'en', result });
      await tick();
      expect([...container.querySelectorAll('[lang]')].map((one) => one.getAttribute('lang'))).not.toContain('vi');
      expect(container.querySelectorAll('[lang=en]').length).toBeGreaterThan(2);
      cleanup();
    }
  });

  it('gaps, typed and chosen; a mark without a gap stays text', async () => {
    const page = asked(fillIn);
    await fireEvent.input(page.getByLabelText('Ô trống 1 trên 2'), { target: { value: '12' } });
    await fireEvent.change(page.getByLabelText('Ô trống 2 trên 2'), { target: { value: HOSTILE } });
    expect(page.last()).toEqual({ n: '12', kind: HOSTILE });
    expect(page.container.textContent).toContain('[[none]]');
    await fireEvent.input(page.getByLabelText('Ô trống 1 trên 2'), { target: { value: '' } });
    expect(page.last()).toEqual({ kind: HOSTILE });
  });

  it('places in a picture: by touch, by keys, no more than asked for, and taken away', async () => {
    const page = asked(hotSpot);
    const picture = page.getByRole('application');
    picture.getBoundingClientRect = () => new DOMRect(100, 50, 200, 100);
    await fireEvent.click(picture, { detail: 1, clientX: 150, clientY: 75 });
    await fireEvent.keyDown(picture, { key: 'ArrowRight' });
    await fireEvent.keyDown(picture, { key: 'ArrowDown', shiftKey: true });
    await fireEvent.keyDown(picture, { key: 'Enter' });
    const both = [
      { x: 0.25, y: 0.25 },
      { x: 0.275, y: 0.255 },
    ];
    expect(page.last()).toEqual(both);
    await fireEvent.click(picture, { detail: 1, clientX: 290, clientY: 60 });
    expect(page.last()).toEqual(both);
    expect(page.getByRole('status').textContent).toContain('Đã đủ 2 điểm');
    await fireEvent.click(page.getAllByRole('button')[0]!);
    expect(page.last()).toEqual([both[1]]);
    await fireEvent.keyDown(picture, { key: 'Delete' });
    expect(page.last()).toEqual([]);
  });
});

it('text of an author or of an answer stays text, and pictures bear their words', () => {
  for (const [question, answer] of every) {
    const { container, unmount } = asked(question, answer);
    expect(container.textContent).toContain(HOSTILE);
    expect(container.querySelector('[onerror], script, img[src="x"]')).toBeNull();
    unmount();
  }
});

it('an answer of before is there again, and one of another form breaks nothing', () => {
  const restored: Record<string, (page: ReturnType<typeof asked>) => unknown> = {
    single: (page) => inputs(page.getAllByRole('radio')).map((one) => one.checked),
    multiple: (page) => inputs(page.getAllByRole('checkbox')).map((one) => one.checked),
    true_false: (page) => inputs(page.getAllByRole('radio')).map((one) => one.checked),
    matching: (page) => inputs(page.getAllByRole('combobox')).map((one) => one.value),
    ordering: (page) => page.getAllByRole('listitem').map((one) => one.textContent?.trim().slice(-1)),
    numeric: (page) => input(page.getByRole('textbox')).value,
    short_answer: (page) => input(page.getByRole('textbox')).value,
    fill_in: (page) => [input(page.getByRole('textbox')).value, input(page.getByRole('combobox')).value],
    hot_spot: (page) => page.getAllByRole('listitem').map((one) => within(one).getByText(/Điểm/).textContent?.trim()),
  };
  const seen = every.map(([question, answer]) => {
    const page = asked(question, answer);
    const found = restored[question.kind]!(page);
    page.unmount();
    for (const odd of [[{ x: 0.1, y: 0.1 }], { zz: 'a' }, 'abc', ['zz'], [{ x: 9, y: 'a' }]] as unknown as Answer[]) asked(question, odd).unmount();
    return found;
  });
  expect(seen).toMatchObject([
    [false, true, false],
    [true, false, true],
    [false, true],
    ['x', 'y'],
    ['k', 'i', '}'],
    '3,14',
    'mật khẩu',
    ['12', 'chữ'],
    [expect.stringContaining('ngang 25%, dọc 50%'), expect.stringContaining('ngang 100%, dọc 0%')],
  ]);
});

describe('what is told afterwards', () => {
  const result = (more: Partial<Result>): Result => ({
    id: '1', correct: false, points: 0, points_possible: 2, chosen: ['b'], right: null, explanation: null, feedback: {}, ...more,
  }); // prettier-ignore

  it('the right one, why, and what the author says of each', () => {
    asked(single, ['b'], { result: result({ right: ['a'], explanation: HOSTILE, feedback: { b: 'Sai vì OTP' } }) });
    const [right, wrong] = screen.getAllByRole<HTMLInputElement>('radio');
    expect(right?.closest('label')?.textContent).toContain('Đáp án đúng');
    expect(wrong?.checked && wrong.disabled).toBe(true);
    expect(wrong?.closest('label')?.textContent).toContain('Sai vì OTP');
    expect(screen.getByRole('group').textContent).toContain(HOSTILE);
  });

  it('nothing of the key where it is held back', () => {
    asked(single, null, { result: result({}) });
    expect(screen.getByRole('group').textContent).toContain('Chưa đúng');
    expect(screen.queryByText('Đáp án đúng')).toBeNull();
  });

  it('the right one in place of each kind of wrong answer', () => {
    const told: [Asked, Partial<Result>, string][] = [
      [matching, { chosen: { p: 'y' }, right: { p: 'x', q: 'y' } }, 'Đáp án đúng: OTP'],
      [ordering, { chosen: ['k', 'i', 'j'], right: ['i', 'j', 'k'] }, 'Thứ tự đúng'],
      [numeric, { chosen: '3', right: '3.14' }, 'Đáp án đúng: 3,14'],
      [short, { chosen: 'x', right: 'mật khẩu' }, 'Đáp án đúng: mật khẩu'],
      [fillIn, { chosen: { n: '1' }, right: { n: '12', kind: 'chữ' } }, 'Đáp án đúng'],
      [hotSpot, { chosen: [{ x: 0, y: 0 }], right: [{ shape: 'circle', x: 0.5, y: 0.5, r: 0.1 }] }, 'Vùng đúng'],
    ];
    for (const [question, more, text] of told) {
      const page = asked(question, null, { result: result(more) });
      expect(page.container.textContent?.replace(/\s+/g, ' ')).toContain(text);
      page.unmount();
    }
    expect(verdict(result({ points: 1 }))).toBe('partly');
    expect(verdict(result({ chosen: {} }))).toBe('unanswered');
    expect(verdict(result({ chosen: ' ' }))).toBe('unanswered');
  });
});

it('numbers are read as the server reads them', () => {
  for (const good of ['3,14', '3.14', '-2', '−2', '1.000.000,5', '1,000,000.5', '1 000 000', '+7']) expect(isNumber(good)).toBe(true);
  for (const bad of ['', 'ba', '3,', '1.00.000', '1e5', '0x10', '١٢', '9'.repeat(31)]) expect(isNumber(bad)).toBe(false);
  expect(isFit(numeric, '')).toBe(true);
  expect(isFit(numeric, 'ba')).toBe(false);
  expect(isFit(short, 'ba')).toBe(true);
});

it('how much is answered', () => {
  for (const [question, answer] of every) {
    expect(answered(question, answer)).toBe('whole');
    expect(answered(question, null)).toBe('none');
  }
  expect(answered(matching, { p: 'x' })).toBe('part');
  expect(answered(fillIn, { n: ' ' })).toBe('none');
  expect(answered(hotSpot, [{ x: 0, y: 0 }])).toBe('part');
  expect(pieces('[[a]][[b]]', [{ id: 'b' }])).toEqual([{ text: '[[a]]' }, { gap: 'b', at: 0 }]);
});
