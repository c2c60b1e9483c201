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
void outbox.start();

const target = document.getElementById('app');
if (target) mount(App, { target });
