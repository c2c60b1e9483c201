import { expect, it } from 'vitest';
import { remember, remembered, rendition } from './watching';

it('plays what was chosen where there is such a rendition, and spares who pays by the megabyte', () => {
  expect(rendition(null, { light: true }, false)).toBe('whole');
  expect(rendition(null, { light: true }, true)).toBe('light');
  expect(rendition(null, { light: false }, true)).toBe('whole');
  expect(rendition('light', { light: false }, false)).toBe('whole');
  expect(rendition('whole', { light: true }, true)).toBe('whole');
  expect(rendition('sound', { light: false }, false)).toBe('sound');
});

it('remembers how one watches, and bears what is broken', () => {
  remember({ speed: 1.5 });
  remember({ captions: '' });
  expect(remembered()).toEqual({ speed: 1.5, rendition: null, captions: '' });
  for (const broken of ['{', 'null', '{"speed":99,"captions":4}']) {
    localStorage.setItem('hocmo:watching', broken);
    expect(remembered()).toEqual({ speed: 1, rendition: null, captions: null });
  }
});
