/** Every page of the learner's half, each a piece of its own that is fetched when it is first opened. */

import type { Route } from '$lib/router.svelte';
import { session } from '$lib/session.svelte';

export interface Page extends Route {
  /** Shown whatever has become of the space: certificates are true for ever. */
  always?: boolean;
}

export const routes: Page[] = [
  // Two pages: nobody waits for the words of the other.
  { path: '/', load: () => (session.isIn ? import('./pages/home/Home.svelte') : import('./pages/home/Start.svelte')) },
  { path: '/courses', load: () => import('./pages/catalogue/Catalogue.svelte') },
  { path: '/courses/:course', load: () => import('./pages/course/Course.svelte') },
  { path: '/courses/:course/lessons/:lesson', load: () => import('./pages/lesson/Lesson.svelte'), bare: true },
  { path: '/courses/:course/finished', load: () => import('./pages/course/Finished.svelte'), signedIn: true },

  { path: '/assessments', load: () => import('./pages/assessments/Assessments.svelte'), signedIn: true },
  { path: '/assessments/:assessment', load: () => import('./pages/assessments/Assessment.svelte'), signedIn: true },
  {
    path: '/assessments/:assessment/sittings/:number',
    load: () => import('./pages/assessments/Sitting.svelte'),
    signedIn: true,
    bare: true,
  },

  { path: '/questions', load: () => import('./pages/questions/Questions.svelte'), signedIn: true },
  { path: '/questions/new', load: () => import('./pages/questions/Ask.svelte'), signedIn: true },
  { path: '/questions/:thread', load: () => import('./pages/questions/Thread.svelte'), signedIn: true },
  { path: '/inbox', load: () => import('./pages/inbox/Inbox.svelte'), signedIn: true },
  { path: '/announcements/:announcement', load: () => import('./pages/inbox/Announcement.svelte'), signedIn: true },
  { path: '/library', load: () => import('./pages/library/Library.svelte') },
  { path: '/library/:document', load: () => import('./pages/library/Document.svelte') },

  { path: '/certificates', load: () => import('./pages/certificates/Certificates.svelte'), signedIn: true },
  { path: '/certificates/:number', load: () => import('./pages/certificates/Certificate.svelte'), always: true },
  { path: '/skills', load: () => import('./pages/skills/Skills.svelte'), signedIn: true },
  { path: '/saved', load: () => import('./pages/saved/Saved.svelte') },

  { path: '/me', load: () => import('./pages/me/Me.svelte') },
  { path: '/me/profile', load: () => import('./pages/me/Profile.svelte'), signedIn: true },
  { path: '/me/password', load: () => import('./pages/me/Password.svelte'), signedIn: true },
  { path: '/me/sessions', load: () => import('./pages/me/Sessions.svelte'), signedIn: true },
  { path: '/me/consents', load: () => import('./pages/me/Consents.svelte'), signedIn: true },
  { path: '/me/data', load: () => import('./pages/me/Data.svelte'), signedIn: true },
  { path: '/me/notifications', load: () => import('./pages/me/Notifications.svelte'), signedIn: true },

  { path: '/sign-in', load: () => import('./pages/entering/SignIn.svelte'), bare: true },
  { path: '/register', load: () => import('./pages/entering/Register.svelte'), bare: true },
  { path: '/activation', load: () => import('./pages/entering/Activate.svelte'), bare: true },
  { path: '/code', load: () => import('./pages/entering/Code.svelte'), bare: true },
  { path: '/password-resets', load: () => import('./pages/entering/AskReset.svelte'), bare: true },
  { path: '/password-resets/:token', load: () => import('./pages/entering/Reset.svelte'), bare: true },
  { path: '/invitations/:token', load: () => import('./pages/entering/Invitation.svelte'), bare: true },
  { path: '/entry', load: () => import('./pages/entering/Entry.svelte'), bare: true },
  { path: '/consent', load: () => import('./pages/entering/Consent.svelte'), bare: true },
  { path: '/unsubscribe/:token', load: () => import('./pages/inbox/Unsubscribe.svelte'), bare: true },
];
