/** nginx as the upstream of whole answers, fetched with apt into the cache and unpacked there; nothing is installed. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messages, openai } from '../test/upstream/index.ts'
import { answer } from './exchange.ts'
import type { Command } from './process.ts'

/** The program, or undefined on a machine without Debian's packages; the raw socket server answers then. */
export function findNginx(cache: string): string | undefined {
  const folder = join(cache, 'nginx')
  const program = join(folder, 'usr/sbin/nginx')
  try {
    if (!existsSync(program)) {
      mkdirSync(folder, { recursive: true })
      execFileSync('apt-get', ['download', 'nginx'], { cwd: folder, stdio: 'ignore' })
      const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))!
      execFileSync('dpkg', ['-x', archive, '.'], { cwd: folder, stdio: 'ignore' })
    }
    execFileSync(program, ['-v'], { stdio: 'ignore' })
    return program
  } catch {
    return undefined
  }
}

/** Answers at once from memory; `folder` is for its temporary files. */
export function nginxCommand(program: string, port: number, folder: string): Pick<Command, 'program' | 'args'> {
  const quoted = (body: unknown): string => `'${JSON.stringify(body)}'`
  const configuration = `
    daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log stderr crit;
    events { worker_connections 4096; }
    http {
      access_log off; keepalive_requests 1000000000; keepalive_timeout 3600s; tcp_nodelay on; default_type application/json;
      client_max_body_size 64m; client_body_buffer_size 2m;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      server {
        listen 127.0.0.1:${port};
        location / { return 200 ${quoted(openai.body(answer))}; }
        location /anthropic-messages/ { return 200 ${quoted(messages.body(answer))}; }
      }
    }`
  const path = join(folder, 'nginx.conf')
  writeFileSync(path, configuration)
  return { program, args: ['-p', folder, '-c', path, '-e', 'stderr'] }
}
