/** The style of the documentation page. */
export const DOCS_CSS = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
small { font-weight: 400; opacity: .7; }
nav a { display: inline-block; margin-right: .75rem; }
details { border: 1px solid color-mix(in srgb, currentcolor 20%, transparent); border-radius: .5rem; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
pre { background: color-mix(in srgb, currentcolor 8%, transparent); border-radius: .25rem; overflow-x: auto; padding: .5rem; }
h3 { font-size: 1rem; margin: .75rem 0 .25rem; }
b { display: inline-block; min-width: 4.5rem; }
b.get { color: light-dark(#05603a, #6ce9a6); }
b.post, b.put { color: light-dark(#1849a9, #84caff); }
b.delete { color: light-dark(#b42318, #fda29b); }
`;
