import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { PASSWORD, type Person, type World } from './world.ts';

/** What a person does, by what they see: labels and buttons. */

export async function signIn(page: Page, person: Person, password: string = PASSWORD): Promise<void> {
  await page.getByLabel('User name').fill(person);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // Of what comes then, tests read texts as they are: all of it has to be there.
  await page.waitForLoadState();
}

/** The cursor comes with a picture of the page, which a crowded machine draws when the page has long been loaded. */
export async function expectFocus(page: Page, id: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe(id);
}

export async function allow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Allow Access' }).click();
}

/** Opens an authorization request and signs in: up to the consent page, or past it. */
export async function arrive(
  world: World,
  page: Page,
  person: Person,
  over: Readonly<Record<string, string>> = {},
): Promise<void> {
  await page.goto(world.authorizeUrl(over));
  await signIn(page, person);
}

/** Waits until the browser is back at the client. @returns the answer's parameters */
export async function backAtClient(world: World, page: Page): Promise<Readonly<Record<string, string>>> {
  await page.waitForURL((url) => url.href.startsWith(world.client.callback));
  await page.locator('#arrived').waitFor();
  return world.client.answers.at(-1)?.parameters ?? {};
}

/** The scopes that the consent page asks for. */
export function askedScopes(page: Page): Promise<readonly string[]> {
  return page.locator('input[name=scope]').evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value));
}
