import { createReadStream } from 'node:fs';
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

/** Answers GET and HEAD with the files of one built folder, and nothing outside it. */
export function serveFiles(root: string, headers: { readonly [name: string]: string }) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const refuse = (status: number) => response.writeHead(status, headers).end();
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const file = reads ? fileAt(root, request.url ?? '/') : null;
    if (file === null) {
      refuse(reads ? 404 : 405);
      return;
    }
    const content = createReadStream(file);
    content.on('error', () => (response.headersSent ? response.destroy() : refuse(404)));
    content.on('open', () => {
      response.writeHead(200, {
        ...headers,
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        // The build names assets by their content; the page itself must be looked at each time.
        'cache-control': extname(file) === '.html' ? 'no-store' : 'no-cache',
      });
      if (request.method === 'HEAD') {
        content.destroy();
        response.end();
      } else content.pipe(response);
    });
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
