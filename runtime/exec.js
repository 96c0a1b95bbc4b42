#!/usr/bin/env node
/**
 * `exec node …` for Windows, whose shell has no `exec`. Elsewhere the shell's own is meant: a script of npm that begins with it
 * leaves no shell between npm and the gateway, and so a signal for npm reaches the gateway, which drains and ends with 0.
 */

import { spawnSync } from 'node:child_process'

process.exitCode = spawnSync(process.execPath, process.argv.slice(3), { stdio: 'inherit' }).status
