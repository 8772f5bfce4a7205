(function () {
  var stored = null;
  try {
    stored = window.localStorage.getItem('countersign-color-scheme');
  } catch {
    // Storage may be blocked: then the system's choice holds.
  }
  var dark = stored === 'dark' || (stored !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
