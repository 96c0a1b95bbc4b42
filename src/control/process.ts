/** The running process: what it is, what it was told, and telling it anew. */

import { ofInstallation, type ControlRoute } from './route.ts'

export const running: readonly ControlRoute[] = [
  { method: 'GET', path: '/_omni/status', ...ofInstallation('admin', 'operator'), run: async (_request, { status }) => ({ body: status() }) },
  { method: 'GET', path: '/_omni/config', ...ofInstallation('admin', 'operator'), run: async (_request, { settings }) => ({ body: settings() }) },
  {
    method: 'POST',
    path: '/_omni/reload',
    ...ofInstallation('admin', 'operator'),
    action: 'configuration_reloaded',
    run: async (_request, { reload, status, settings, snapshot }) => {
      const before = settings()
      await reload()
      return { body: status(), changes: [{ kind: 'configuration', id: snapshot().version, before, after: settings() }] }
    },
  },
]
