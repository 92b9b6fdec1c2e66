// Containers for the tests on a machine that has no engine, or may not pull images.
//   node scripts/containers/main.mjs up [postgres:18 …]   an engine, Compose, and the images, built where they are missing
//   node scripts/containers/main.mjs down                 ends the engine, where this script has started it
import { ensureCompose } from './compose-plugin.mjs';
import { startEngine, stopEngine } from './engine.mjs';
import { buildImages, IMAGES } from './images.mjs';

const started = Date.now();
const say = (sentence) => console.log(`[containers, ${Math.round((Date.now() - started) / 1000)} s] ${sentence}`);

const [verb, ...names] = process.argv.slice(2);
const known = IMAGES.map(({ official }) => official);
const unknown = names.filter((name) => !known.includes(name));
if (!['up', 'down'].includes(verb) || unknown.length > 0) {
  console.error(`Say "up" or "down"; the images are ${known.join(', ')}.`);
  process.exit(2);
}
try {
  if (verb === 'down') await stopEngine(say);
  else {
    await startEngine(say);
    await Promise.all([ensureCompose(say), buildImages(names.length > 0 ? names : known, say)]);
    say('Everything is there.');
  }
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
