import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** Answers GET and HEAD with the files of one built folder, and nothing outside it. They are small, so they are read whole. */
export function serveFiles(root: string, headers: { readonly [name: string]: string }) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const file = reads ? fileAt(root, request.url ?? '/') : null;
    const content = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || content === null) {
      response.writeHead(reads ? 404 : 405, headers).end();
      return;
    }
    response.writeHead(200, {
      ...headers,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': content.length,
      // The build names assets by their content; the page itself must be looked at each time.
      'cache-control': extname(file) === '.html' ? 'no-store' : 'no-cache',
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  };
}

function fileAt(root: string, url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    if (path.includes('\0')) return null;
    const file = normalize(join(root, path === '/' ? 'index.html' : path));
    return file.startsWith(root + sep) ? file : null;
  } catch {
    return null;
  }
}
