/** Claude Code. https://code.claude.com/docs/en/llm-gateway */

import { usualTasks, type Client } from './client.ts'

export const claudeCode: Client = {
  name: 'Claude Code',
  package: '@anthropic-ai/claude-code',
  version: '2.1.329',
  entry: 'cli-wrapper.cjs',
  wire: 'anthropic-messages',
  model: 'claude-opus-5-5',
  introduces: 'You are a Claude agent',
  method: 'POST',
  passes: ['anthropic-beta', 'anthropic-version'],
  settings: () => ({}),
  environment: ({ gateway, key, home }) => ({
    ANTHROPIC_BASE_URL: gateway,
    ANTHROPIC_API_KEY: key,
    CLAUDE_CONFIG_DIR: home,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }),
  arguments: ({ model }, prompt) => ['-p', prompt, '--model', model, '--allowed-tools', 'Bash'],
  tasks: usualTasks((command) => ({ tool: 'Bash', input: { command, description: 'Leaves a mark' } })),
}
