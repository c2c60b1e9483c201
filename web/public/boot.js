// Runs before the first paint: the person's theme, text size and language, so that nothing flashes; and the space's own
// document is asked for while the program is still on its way. Plain and old-fashioned: it is served as it stands.
(function () {
  var root = document.documentElement;
  var kept = {};
  try {
    kept = JSON.parse(localStorage.getItem('hocmo:settings') || '{}') || {};
  } catch (error) {
    // A browser that keeps nothing, or kept something broken: the usual settings.
  }
  var dark = kept.theme ? kept.theme === 'dark' : window.matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'dark' : 'light';
  if (kept.size) root.dataset.size = kept.size;
  if (kept.language) root.lang = kept.language;

  var path = /^\/s\/([a-z0-9-]+)(?=\/|$)/.exec(location.pathname);
  var labels = location.hostname.split('.');
  var byHost = labels.length > 2 || (labels.length === 2 && labels[1] === 'localhost');
  var slug = path ? path[1] : byHost && labels[0] !== 'www' && !/^[\d.]+$/.test(location.hostname) ? labels[0] : null;
  window.hocmo = { slug: slug, base: path ? '/s/' + slug : '', space: null };
  if (slug) {
    window.hocmo.space = fetch('/v1/spaces/' + slug, { headers: { 'accept-language': root.lang } });
    window.hocmo.space.catch(function () {});
  }
})();
