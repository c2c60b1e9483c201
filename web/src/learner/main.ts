import { mount } from 'svelte';
import '$lib/styles/fonts.css';
import '$lib/styles/tokens.css';
import '$lib/styles/base.css';
import { outbox } from '$lib/offline/outbox.svelte';
import { router } from '$lib/router.svelte';
import { session } from '$lib/session.svelte';
import { space } from '$lib/space.svelte';
import App from './App.svelte';

session.start();
router.start();
void space.start();
outbox.start();

// Not in the way of the first page: what works without a line comes once that is drawn.
const later = () => void import('$lib/offline/program').then(({ startProgram }) => startProgram());
if (document.readyState === 'complete') later();
else window.addEventListener('load', later);

const target = document.getElementById('app');
if (target) mount(App, { target });
