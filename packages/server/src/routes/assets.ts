import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { commonHeaders } from '../http/respond.ts';
import { type Call, Refused } from './handling.ts';

/** Files that may be served, by their path under the folder. */
export type AssetFolder = ReadonlyMap<string, string>;

const MOST = 10_000;

const TYPES: ReadonlyMap<string, string> = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.gif', 'image/gif'],
  ['.htm', 'text/html; charset=utf-8'],
  ['.html', 'text/html; charset=utf-8'],
  ['.ico', 'image/x-icon'],
  ['.jpeg', 'image/jpeg'],
  ['.jpg', 'image/jpeg'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.md', 'text/plain; charset=utf-8'],
  ['.png', 'image/png'],
  ['.svg', 'image/svg+xml'],
  ['.txt', 'text/plain; charset=utf-8'],
  ['.webp', 'image/webp'],
  ['.woff2', 'font/woff2'],
]);

/** Lists a folder once; what is asked for is looked up in the list, so no path from outside is ever joined to anything. */
export async function listAssets(folder: string): Promise<AssetFolder> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).slice(0, MOST);
  return new Map(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file).split(path.sep).join('/'), file];
    }),
  );
}

function nameIn(call: Call, prefix: string): string | undefined {
  const at = call.c.req.path.indexOf(prefix);
  try {
    return decodeURIComponent(call.c.req.path.slice(at + prefix.length));
  } catch {
    return undefined;
  }
}

/** Serves what the folder held at start. */
export function assets(folder: AssetFolder, prefix: string): (call: Call) => Promise<Response> {
  return async (call) => {
    const file = folder.get(nameIn(call, prefix) ?? '');
    if (file === undefined) throw new Refused({ status: 404, description: 'There is no such file.', check: 'asset' });
    return new Response(new Uint8Array(await readFile(file)), {
      headers: {
        ...commonHeaders(call.traceId),
        'Content-Type': TYPES.get(path.extname(file).toLowerCase()) ?? 'application/octet-stream',
        'Cache-Control': 'public, max-age=300',
        'Content-Security-Policy': "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; sandbox",
        'X-Frame-Options': 'DENY',
        'Referrer-Policy': 'same-origin',
      },
    });
  };
}
