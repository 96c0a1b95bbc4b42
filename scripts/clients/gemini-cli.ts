/** Gemini CLI. https://geminicli.com/docs/reference/configuration */

import { usualTasks, type Client } from './client.ts'

const geminiCli: Client = {
  name: 'Gemini CLI',
  package: '@google/gemini-cli',
  version: '0.61.0',
  entry: 'bundle/gemini.js',
  wire: 'gemini-generate',
  model: 'gemini-3.8-flash',
  introduces: 'You are Gemini CLI',
  method: 'POST',
  passes: ['x-goog-api-client'],
  settings: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      general: { disableAutoUpdate: true, disableUpdateNag: true },
    }),
  }),
  environment: ({ gateway, key }) => ({ GOOGLE_GEMINI_BASE_URL: gateway, GEMINI_API_KEY: key, GEMINI_CLI_TRUST_WORKSPACE: 'true' }),
  arguments: ({ model }, prompt) => ['--approval-mode', 'yolo', '-m', model, '-p', prompt],
  tasks: usualTasks((command) => ({ tool: 'run_shell_command', input: { command, description: 'Leaves a mark' } })),
}

/** Without a model's name it asks a small model first which one to take, held to a schema and whole. */
const geminiRouting: Client = {
  ...geminiCli,
  name: 'Gemini CLI, routing itself',
  others: ['gemini-3.5-flash-lite'],
  arguments: (_, prompt) => ['--approval-mode', 'yolo', '-p', prompt],
  tasks: geminiCli.tasks.slice(0, 2),
}

export const geminiClis: readonly Client[] = [geminiCli, geminiRouting]
