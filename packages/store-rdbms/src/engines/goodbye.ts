/** Milliseconds in which a server may take note that a connection ends. */
const GOODBYE_MS = 1_000;

/**
 * Ends a connection in the driver's way and takes its socket away: one driver waits for the server to close it, another
 * leaves that to the server, and with one that is silent the process would never end.
 */
export async function sayGoodbye(goodbye: Promise<unknown>, cut: () => void): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const silence = new Promise<void>((resolve) => {
    late = setTimeout(resolve, GOODBYE_MS);
  });
  try {
    await Promise.race([goodbye, silence]);
  } finally {
    clearTimeout(late);
    cut();
  }
}
