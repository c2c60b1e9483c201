import { mount } from 'svelte';
import '$lib/styles/fonts.css';
import '$lib/styles/tokens.css';
import '$lib/styles/base.css';
import { drawn } from '$lib/later';
import { router } from '$lib/router.svelte';
import { session } from '$lib/session.svelte';
import { space } from '$lib/space.svelte';
import App from './App.svelte';

session.start();
router.start();
void space.start();

void drawn.then(async () => {
  (await import('$lib/offline/outbox.svelte')).outbox.start();
  const program = await import('$lib/offline/program');
  await program.startProgram();
  const { line } = await import('$lib/online.svelte');
  // Where bytes cost nothing, whoever learns here has all pages without a line, before they think of it.
  if (session.isIn && !line.metered) setTimeout(() => void program.keepProgram(), 8_000);
});

const target = document.getElementById('app');
if (target) mount(App, { target });
