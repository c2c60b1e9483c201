import { render } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { address } from './rich';
import RichText from './RichText.svelte';

const paragraph = (...content: unknown[]) => ({ type: 'paragraph', content });
const link = (href: unknown, text: string) => ({ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] });
const drawn = (...content: unknown[]) => render(RichText, { body: { type: 'doc', content } }).container;

describe('rich text', () => {
  it('draws what an author wrote', () => {
    const page = drawn(
      { type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: 'Mã OTP' }] },
      paragraph({ type: 'text', text: 'Đừng', marks: [{ type: 'bold' }, { type: 'italic' }] }, { type: 'hardBreak' }),
      { type: 'orderedList', attrs: { start: 3 }, content: [{ type: 'listItem', content: [paragraph({ type: 'text', text: 'Gọi lại' })] }] },
      { type: 'callout', attrs: { kind: 'warning' }, content: [paragraph({ type: 'text', text: 'Việc thật luôn chờ' })] },
      {
        type: 'table',
        content: [
          { type: 'tableRow', content: [{ type: 'tableHeader', attrs: { colspan: 2 }, content: [paragraph({ type: 'text', text: 'Trang' })] }] },
          { type: 'tableRow', content: [{ type: 'tableCell', content: [] }, { type: 'tableCell', content: [] }] },
        ],
      },
    );
    expect(page.querySelector('h3')?.textContent).toBe('Mã OTP');
    expect(page.querySelector('p > strong > em')?.textContent).toBe('Đừng');
    expect(page.querySelector('ol')?.getAttribute('start')).toBe('3');
    expect(page.querySelector('[role=note]')?.textContent).toContain('Cẩn thận');
    expect(page.querySelector('th')?.getAttribute('colspan')).toBe('2');
    expect(page.querySelectorAll('tr')).toHaveLength(2);
  });

  it('leads nowhere that may run a program', () => {
    const hostile = ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', ' javascript:x', 'data:text/html,x'];
    hostile.push('vbscript:x', '//evil.example', '/v1/x', 'https://a b', 'https://a"onclick=x', 'tel:1;javascript:x');
    for (const href of [...hostile, 7, null, { toString: () => 'https://a.example' }]) expect(address(href)).toBeNull();
    const page = drawn(paragraph(...hostile.map((href) => link(href, href))), paragraph(link('https://a.example/x', 'tốt')));
    expect([...page.querySelectorAll('a')].map((each) => each.getAttribute('href'))).toEqual(['https://a.example/x']);
    expect(page.querySelector('a')?.rel).toBe('noopener noreferrer');
    expect(page.textContent).toContain('javascript:alert(1)');
  });

  it('keeps markup and unknown nodes as their text', () => {
    const markup = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    const page = drawn(
      paragraph({ type: 'text', text: markup }),
      { type: 'iframe', attrs: { src: 'https://evil.example', onload: 'x' }, content: [paragraph({ type: 'text', text: 'trong khung' })] },
      { type: 'script', content: [{ type: 'text', text: 'alert(2)' }] },
      { type: 'heading', attrs: { level: 'x onclick=1' }, content: [{ type: 'text', text: 'Tên' }] },
      { type: 'image', attrs: { file: 'x', src: 'https://evil.example/a.png', alt: '"><script>' } },
    );
    expect(page.querySelector('script, iframe, img, [onload], [onclick], [onerror]')).toBeNull();
    expect(page.textContent).toContain(markup);
    expect(page.textContent).toContain('trong khung');
    expect(page.textContent).toContain('alert(2)');
  });

  it('bears whatever is no document, and any depth', () => {
    for (const body of [null, 'text', 7, [], { type: 'doc', content: 'x' }, { content: [null, 'a', [], { marks: 5 }] }]) {
      expect(render(RichText, { body }).container.textContent?.trim()).toBe('');
    }
    let deep: unknown = { type: 'text', text: 'đáy' };
    for (let at = 0; at < 50_000; at++) deep = { type: 'blockquote', content: [deep] };
    const page = drawn(deep);
    expect(page.textContent).toContain('đáy');
    expect(page.querySelectorAll('blockquote').length).toBeLessThan(30);
  });
});
