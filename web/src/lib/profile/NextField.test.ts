import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Asked } from './Answer.svelte';
import NextField from './NextField.svelte';

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const asked = (name: Asked['name'], more: Partial<Asked> = {}): Asked => ({
  name,
  label_vi: 'Nhãn',
  label_en: 'Label',
  purpose_vi: 'Để gợi ý khoá học.',
  purpose_en: 'To recommend courses.',
  choices: [],
  sensitive: false,
  asked: true,
  ...more,
});
const WARDS: Record<string, unknown[]> = {
  '46': [{ code: '19789', name: 'Phường Thuận Hóa', kind: 'ward' }],
  '48': [{ code: '20194', name: 'Phường Hải Châu', kind: 'ward' }],
};

let sent: { method: string; body: unknown }[];
let refusal: Response | null;

beforeEach(() => {
  [sent, refusal] = [[], null];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const request = input as Request;
    const path = new URL(request.url).pathname;
    if (path === '/v1/places') {
      return json(200, { provinces: [{ code: '46', name: 'Thành phố Huế', wards: 40 }, { code: '48', name: 'Thành phố Đà Nẵng', wards: 94 }] });
    }
    const province = /places\/(\d+)/.exec(path)?.[1];
    if (province) return json(200, { province, name: '', wards: WARDS[province] });
    sent.push({ method: request.method, body: await request.json() });
    return refusal ?? json(200, { facts: [] });
  });
});

describe('one question of a profile', () => {
  it('asks for a ward by its province, and tells the ward alone', async () => {
    const onanswered = vi.fn();
    render(NextField, { field: asked('ward'), province: '46', onanswered });
    await screen.findByText('Phường Thuận Hóa');
    await fireEvent.change(screen.getByLabelText('Tỉnh, thành phố'), { target: { value: '48' } });
    await screen.findByText('Phường Hải Châu');
    expect(screen.queryByText('Phường Thuận Hóa')).toBeNull();
    await fireEvent.change(screen.getByLabelText('Nhãn'), { target: { value: '20194' } });
    await fireEvent.click(screen.getByText('Lưu'));
    await waitFor(() => expect(onanswered).toHaveBeenCalled());
    expect(sent).toEqual([{ method: 'PATCH', body: { ward: '20194' } }]);
  });

  it('sends nothing that is empty, and says so beside the field, which has the focus then', async () => {
    const onskip = vi.fn();
    render(NextField, { field: asked('birth'), onanswered: vi.fn(), onskip });
    await fireEvent.click(screen.getByText('Lưu'));
    const field = screen.getByLabelText('Nhãn');
    await waitFor(() => expect(document.activeElement).toBe(field));
    expect(field.getAttribute('aria-invalid')).toBe('true');
    await fireEvent.click(screen.getByText('Để sau'));
    expect([sent, onskip.mock.calls.length]).toEqual([[], 1]);
  });

  it('shows what the server says of the answer', async () => {
    refusal = json(422, { code: 'invalid_input', detail: 'Chưa đúng.', errors: [{ field: 'birth', detail: 'Năm sinh có dạng 1996.' }] });
    const onanswered = vi.fn();
    render(NextField, { field: asked('birth'), value: '19', onanswered });
    await fireEvent.click(screen.getByText('Lưu'));
    await screen.findByText('Năm sinh có dạng 1996.');
    expect(screen.queryByText('Chưa đúng.')).toBeNull();
    expect(onanswered).not.toHaveBeenCalled();
  });

  it('takes one of a few by a tap', async () => {
    const choices = [
      { value: 'female', label_vi: 'Nữ', label_en: 'Female' },
      { value: 'male', label_vi: 'Nam', label_en: 'Male' },
    ];
    const onanswered = vi.fn();
    render(NextField, { field: asked('gender', { choices }), onanswered });
    await fireEvent.click(screen.getByLabelText('Nữ'));
    await fireEvent.click(screen.getByText('Lưu'));
    await waitFor(() => expect(sent).toEqual([{ method: 'PATCH', body: { gender: 'female' } }]));
  });
});
