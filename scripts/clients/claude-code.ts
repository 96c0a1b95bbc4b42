/** Claude Code. https://code.claude.com/docs/en/llm-gateway */

import { usualTasks, type Client } from './client.ts'

const claudeCode: Client = {
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

/** As it comes: it greets the gateway first, and asks which models there are. */
const claudeChatty: Client = {
  ...claudeCode,
  name: 'Claude Code, all traffic',
  environment: ({ gateway, key, home }) => ({
    ANTHROPIC_BASE_URL: gateway,
    ANTHROPIC_AUTH_TOKEN: key,
    CLAUDE_CONFIG_DIR: home,
    CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_AUTOUPDATER: '1',
  }),
  tasks: claudeCode.tasks.slice(0, 1),
}

export const claudeCodes: readonly Client[] = [claudeCode, claudeChatty]
