// Before the first paint: the theme the user chose, else the system's.
(() => {
  const chosen = localStorage.getItem('sportello.theme');
  const dark = chosen === 'dark' || (!chosen && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
