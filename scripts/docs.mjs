// Writes the pages of docs/ that are made from the sources; with --check says which of them are stale instead.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './stamp.mjs';

/**
 * Each page, the module that knows it and the function of it that returns the page's whole text: Markdown, which gets a
 * line that says where it comes from, or JSON, which cannot have one.
 * @type {readonly { page: string, module: string, generate: string }[]}
 */
const GENERATORS = [
  { page: 'docs/pages.md', module: 'packages/server/src/views/manual.ts', generate: 'pagesPage' },
  { page: 'docs/configuration.md', module: 'packages/server/src/config/reference.ts', generate: 'configurationPage' },
  {
    page: 'docs/gatehouse.schema.json',
    module: 'packages/server/src/config/reference.ts',
    generate: 'configurationSchema',
  },
  { page: 'docs/store-contract.md', module: 'tests/docs/store-contract-page.ts', generate: 'storeContractPage' },
];

const check = process.argv.includes('--check');
const stale = [];
for (const { page, module, generate } of GENERATORS) {
  const { [generate]: text } = await import(pathToFileURL(path.join(root, module)).href);
  const note = page.endsWith('.md') ? `<!-- Made by \`npm run docs\` from ${module}: change it there. -->\n\n` : '';
  const made = `${note}${(await text()).trim()}\n`;
  const file = path.join(root, page);
  const there = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  if (there === made) continue;
  if (check) {
    stale.push(page);
  } else {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, made);
    console.log(`wrote ${page}`);
  }
}
if (stale.length > 0) {
  console.error(`Not as the sources have it: ${stale.join(', ')}. Run \`npm run docs\` and commit what it writes.`);
  process.exitCode = 1;
} else if (check) {
  console.log(`${GENERATORS.length} generated pages are as the sources have them`);
}
