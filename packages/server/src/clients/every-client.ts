import type { Client, Page, StoredClients } from '@gatehouse/core';

const PAGE = 200;

/** The clients of the configuration, then those in the store, a page at a time. */
export async function* everyClient(
  configured: readonly Client[],
  { list }: Pick<StoredClients, 'list'>,
): AsyncIterable<Client> {
  yield* configured;
  let after: string | null = null;
  do {
    const page: Page<Client> = await list({ limit: PAGE, after });
    yield* page.items;
    after = page.next;
  } while (after !== null);
}
