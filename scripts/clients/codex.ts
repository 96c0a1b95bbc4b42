/** Codex. https://developers.openai.com/codex/config-advanced */

import { mark, usualTasks, type Client, type Place, type Task } from './client.ts'

const patch: Task = {
  name: 'patch',
  prompt: 'please add a file',
  uses: [
    {
      tool: 'apply_patch',
      input: `*** Begin Patch\n*** Add File: patched.txt\n+${mark} says "hi"\n*** End Patch\n`,
      comesBack: 'patched.txt',
      leaves: { file: 'patched.txt', text: `${mark} says "hi"` },
    },
  ],
}

const nobody = '01a1fb68-9377-7782-bcec-da75f76462d5'
const closing: Task = {
  name: 'tool of a namespace',
  prompt: 'please close the agent',
  uses: [{ tool: 'close_agent', namespace: 'multi_agent_v1', input: { target: nobody }, comesBack: nobody }],
}

const codex: Client = {
  name: 'Codex',
  package: '@openai/codex',
  version: '0.169.0',
  entry: 'bin/codex.js',
  wire: 'openai-responses',
  model: 'gpt-5.5',
  introduces: 'You are Codex',
  method: 'POST',
  passes: [],
  settings: (place) => ({ 'config.toml': configuration(place) }),
  environment: ({ key, home }) => ({ CODEX_HOME: home, OMNI_KEY: key }),
  arguments: ({ model }, prompt) => ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-m', model, prompt],
  tasks: [...usualTasks((cmd) => ({ tool: 'exec_command', input: { cmd } })), patch],
}

function configuration({ gateway }: Place): string {
  return [
    'model_provider = "omni"',
    '[model_providers.omni]',
    'name = "Omni Gateway"',
    `base_url = "${gateway}/v1"`,
    'env_key = "OMNI_KEY"',
    'wire_api = "responses"',
    '',
  ].join('\n')
}

/** To a model that Codex does not know it offers other tools, some of them in a namespace. */
const codexUnknown: Client = {
  ...codex,
  name: 'Codex, unknown model',
  model: 'house-model',
  introduces: 'You are a coding agent',
  tasks: [closing],
}

/** Its built-in provider asks over a WebSocket. */
const codexBySocket: Client = {
  ...codex,
  name: 'Codex by WebSocket',
  method: 'GET',
  settings: ({ gateway }) => ({ 'config.toml': `openai_base_url = "${gateway}/v1"\n` }),
  environment: ({ key, home }) => ({ CODEX_HOME: home, CODEX_API_KEY: key }),
}

/** It posts where there is none. */
const codexRefused: Client = { ...codexBySocket, name: 'Codex, WebSocket refused', method: 'POST', needs: 'responses: { sockets: 0 }' }

export const codexes: readonly Client[] = [codex, codexUnknown, codexBySocket, codexRefused]
