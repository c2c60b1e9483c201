/** Kinds of lessons, as signs and words. */

import type { Schema } from '../api/client';
import type { IconName } from '../ui/Icon.svelte';
import { words } from '../words.svelte';

export type LessonKind = Schema<'LessonLink'>['kind'];

export const KIND_ICONS: Record<LessonKind, IconName> = { text: 'text', video: 'video', document: 'file', quiz: 'quiz' };

export const kinds = words(
  { text: 'Bài đọc', video: 'Video', document: 'Tài liệu', quiz: 'Trắc nghiệm' },
  { text: 'Reading', video: 'Video', document: 'Document', quiz: 'Quiz' },
);
