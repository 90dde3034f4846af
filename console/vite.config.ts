import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/app/',
  plugins: [svelte({ compilerOptions: { runes: true } })],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: ['chrome117', 'firefox121', 'safari17'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
