// A login page and words of one's own; every other page stays as it is.
import { defineConfig } from '@gatehouse/server';

export default defineConfig({
  pages: {
    templates: { login: 'login.html' },
    messages: ['en.json'],
    // Under /xlib/, for what a template shows.
    assets: 'assets',
  },
});
