// Takes the picture of the start page for the README: `npm run picture`.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser, startServer } from '@gatehouse/testkit';

const FILE = fileURLToPath(new URL('../../docs/images/start-page.png', import.meta.url));

const browser = await openBrowser();
if (!browser.available) throw new Error(browser.reason);
// The port that `npm start` has, since it is in the picture.
const server = await startServer({ port: 8089 });
try {
  const page = await browser.value.newPage({
    viewport: { width: 1200, height: 1060 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
    locale: 'en-GB',
  });
  await page.goto(server.url);
  await page.screenshot({ path: FILE });
  console.log(`wrote ${path.relative(process.cwd(), FILE)}`);
} finally {
  await server.stop();
  await browser.value.close();
}
