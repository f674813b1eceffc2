"""The adapters of pages and components: HTML, Vue, Svelte, Astro, templates."""
