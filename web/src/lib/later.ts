/** What is not needed for the first picture waits until that is drawn: on a poor line each byte before it counts. */
export const drawn: Promise<void> = new Promise((resolve) => {
  if (document.readyState === 'complete') resolve();
  else window.addEventListener('load', () => resolve());
});
