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
  await (await import('$lib/offline/program')).startProgram();
});

const target = document.getElementById('app');
if (target) mount(App, { target });
