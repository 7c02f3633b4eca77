// Bundles the libraries of the pages into ../static/vendor, with MANIFEST.json and THIRD-PARTY.txt beside them.
//
//   npm ci --ignore-scripts && npm run build      makes the files anew
//   npm run check                                 says which files differ from what a build would make
//
// The files are committed: who installs or runs osagraph needs neither this nor Node.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = join(HERE, '..', 'static', 'vendor');
const BUNDLES = ['codemirror', 'layout', 'plot', 'sigma'];
// Files that are taken as they are: name in the folder, file in its package.
const COPIES = [
  ['countries-110m.json', 'world-atlas/countries-110m.json'],
];

const isCheck = process.argv.includes('--check');
const made = new Map();
const members = new Map();

for (const name of BUNDLES) {
  const result = await build({
    entryPoints: [join(HERE, 'vendor', `${name}.js`)],
    outfile: join(OUT, `${name}.js`),
    bundle: true, minify: true, format: 'esm', target: 'es2022', charset: 'utf8',
    legalComments: 'none', metafile: true, write: false, absWorkingDir: HERE,
  });
  made.set(`${name}.js`, Buffer.from(result.outputFiles[0].contents));
  const used = Object.values(result.metafile.outputs)[0].inputs;
  members.set(`${name}.js`, packagesOf(Object.keys(used).filter((path) => used[path].bytesInOutput > 0)));
}
for (const [name, path] of COPIES) {
  made.set(name, readFileSync(join(HERE, 'node_modules', path)));
  members.set(name, packagesOf([`node_modules/${path}`]));
}

const files = {};
for (const name of [...made.keys()].sort()) {
  const sha256 = createHash('sha256').update(made.get(name)).digest('hex');
  const packages = members.get(name).map(({ name: of, version, licence, source }) => ({ name: of, version, licence, source }));
  files[name] = { sha256, bytes: made.get(name).length, packages };
}
made.set('MANIFEST.json', Buffer.from(`${JSON.stringify({ files }, null, 2)}\n`));
made.set('THIRD-PARTY.txt', Buffer.from(licences()));

let differing = 0;
for (const [name, content] of made) {
  const path = join(OUT, name);
  if (!isCheck) {
    mkdirSync(OUT, { recursive: true });
    writeFileSync(path, content);
  } else if (!existsSync(path) || !readFileSync(path).equals(content)) {
    differing += 1;
    console.error(`${name} is not what a build makes`);
  }
}
process.exitCode = differing ? 1 : 0;

// The packages that some files belong to, each once, by name.
function packagesOf(paths) {
  const found = new Map();
  for (const path of paths) {
    const parts = path.split(sep === '\\' ? /[\\/]/ : '/');
    const at = parts.lastIndexOf('node_modules');
    if (at < 0) continue;
    const length = parts[at + 1].startsWith('@') ? 3 : 2;
    const folder = join(HERE, ...parts.slice(0, at + length));
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const { name, version, license: licence } = about;
    const source = `https://www.npmjs.com/package/${name}/v/${version}`;
    found.set(name, { name, version, licence, source, text: licenceText(folder, about) });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function licenceText(folder, about) {
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)/i.test(each));
  if (!file) throw new Error(`${relative(HERE, folder)} has no licence text (${about.license})`);
  return readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
}

function licences() {
  const all = new Map([...members.values()].flat().map((each) => [each.name, each]));
  const parts = [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(
    ({ name, version, licence, source, text }) => `${name} ${version} (${licence})\n${source}\n\n${text}\n`,
  );
  const head = 'The files in this folder are made from these packages, under their own licences.\n'
    + 'The outlines of countries in countries-110m.json are of Natural Earth, which is in the public domain.\n\n';
  return head + parts.join(`\n${'-'.repeat(80)}\n\n`);
}
