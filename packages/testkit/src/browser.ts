import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { isProgram } from './backends/find-program.ts';
import { type Provision, provide } from './provision.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
/** A crowded machine takes its time: a limit for what never comes. */
const STARTED_WITHIN_MS = 300_000;
const MAC = ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

/** A started Chromium, headless; the caller closes it. `CHROMIUM` names another than the one on the path. */
export function openBrowser(): Promise<Provision<Browser>> {
  return provide('browser', () => chromium.launch({ executablePath: findChromium(), timeout: STARTED_WITHIN_MS }));
}

/** @throws Error saying how to get one */
export function findChromium(variables: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = variables['CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const folders = (variables['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))), ...MAC];
  const found = candidates.find(isProgram);
  if (found === undefined)
    throw new Error('No Chromium on the path: install one (Debian: apt-get install chromium), or name it in CHROMIUM.');
  return found;
}
