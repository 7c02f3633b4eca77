// Puts the programs of others into files that a page can load: `make clients` runs it in .venv/clients.
//
// What is bundled is the package as npm has it, for browsers as its own package.json says; nothing is changed.
import { copyFileSync, mkdirSync } from 'node:fs';
import { build } from 'esbuild';

const OUT = 'built';
const BUNDLES = {
  comunica: "export { QueryEngine } from '@comunica/query-sparql';",
  reactodia: `export * as React from 'react'; export { createRoot } from 'react-dom/client';
              export * as Reactodia from '@reactodia/workspace';`,
  'layout.worker': "import '@reactodia/workspace/layout.worker';",
};
const COPIES = ['yasgui.min.js', 'yasgui.min.css'];

mkdirSync(OUT, { recursive: true });
for (const [name, contents] of Object.entries(BUNDLES)) {
  await build({
    stdin: { contents, resolveDir: process.cwd() },
    outfile: `${OUT}/${name}.js`,
    bundle: true, minify: true, format: 'esm', platform: 'browser', logLevel: 'error', legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  });
}
for (const name of COPIES) copyFileSync(`node_modules/@zazuko/yasgui/build/${name}`, `${OUT}/${name}`);
