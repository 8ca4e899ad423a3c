// `npm run dev`: the console against a small in-memory server, never part of a build. Log in as one of
// busy@, over@, free@, flagship@, empty@, several@, operator@, failing@example.com with any password but "wrong".
// With POSTAGE_URL=http://127.0.0.1:7780 the real server is used instead.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import { answerCall } from './mock.ts';
import { attachRtm } from './mock_rtm.ts';

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : JSON.parse(text);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = answerCall(
    request.method ?? 'GET',
    new URL(request.url ?? '/', 'http://mock'),
    request.headers.authorization ?? '',
    await readJson(request),
  );
  response.statusCode = status;
  response.setHeader('Content-Type', status >= 400 ? 'application/problem+json' : 'application/json');
  response.end(status === 204 ? '' : JSON.stringify(body));
}

export function devServer(): Plugin {
  const target = process.env.POSTAGE_URL;
  return {
    name: 'postage-dev-server',
    apply: 'serve',
    config: () => (target ? { server: { proxy: { '/v1': target, '/rtm': { target, ws: true } } } } : {}),
    configureServer: (server) => {
      if (target || process.env.VITEST) return;
      server.middlewares.use((request, response, next) => {
        if (!request.url?.startsWith('/v1/')) return next();
        serve(request, response).catch(next);
      });
      if (server.httpServer) attachRtm(server.httpServer as never);
    },
  };
}
