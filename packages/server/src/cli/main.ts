#!/usr/bin/env node
import { createServer } from 'node:http';

// A first step: answers /health and / until the server stands behind it.
const port = Number(process.env['PORT'] ?? 8089);
const servers = ['127.0.0.1', '::1'].map((host) =>
  createServer((request, response) => {
    if (request.url === '/health') response.setHeader('Content-Type', 'application/json').end('{"status":"ok"}');
    else response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Gatehouse</title><p>Gatehouse</p>');
  }).listen(port, host),
);
servers[0]?.on('listening', () => console.log(`Gatehouse listens on http://localhost:${port}`));

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const server of servers) server.close();
  });
