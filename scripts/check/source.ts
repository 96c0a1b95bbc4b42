/** Our files as the rules of the house see them: path, text, code without comments, and what each imports. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** A file of the tree. `path` is relative to the root of the repository, with `/`. */
export interface File {
  readonly path: string
  readonly text: string
}

/** One `import` or `export … from`. `to` is a path relative to the root for one of our own files, else the name of the module as written. */
export interface Import {
  readonly from: string
  readonly to: string
  readonly isOurs: boolean
  readonly isTypeOnly: boolean
}

/** A rule of the house. Every rule carries what breaks it, so that a test can see that it finds anything at all. */
export interface Rule {
  /** The rule, as a true sentence about the house. */
  readonly says: string
  /** Small trees that each break the rule. */
  readonly broken: readonly (readonly File[])[]
  /** What breaks the rule, a line each, beginning with the path. */
  readonly find: (files: readonly File[]) => readonly string[]
}

/** Every file that git knows or would add: generated and installed ones are not ours to judge. */
export function ourFiles(root: string): readonly File[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path)))
  return paths.sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

const stringsAndComments = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\*[^]*?\*\/|(?<!\S)\/\/[^\n]*/g

/** The text with each comment blanked, line by line, so that line numbers hold. */
export function withoutComments(text: string): string {
  return text.replace(stringsAndComments, (part) => (part.startsWith('/') ? part.replace(/[^\n]/g, ' ') : part))
}

const importStatements = /^[ \t]*(import|export)\b([^'"`;]*?)\bfrom\s+['"]([^'"]+)['"]|^[ \t]*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm

export function importsOf({ path, text }: File): readonly Import[] {
  return [...withoutComments(text).matchAll(importStatements)].map(([, , names, from, bare, dynamic]) => {
    const name = (from ?? bare ?? dynamic)!
    const isOurs = name.startsWith('.')
    return { from: path, to: isOurs ? normalize(join(dirname(path), name)) : name, isOurs, isTypeOnly: names !== undefined && takesTypesOnly(names) }
  })
}

/** `names` is what stands between `import` and `from`: ` type { A }`, or ` { type A, type B }`. */
function takesTypesOnly(names: string): boolean {
  if (/^\s+type\b/.test(names)) return true
  const listed = /^\s*\{([^}]*)\}\s*$/
    .exec(names)?.[1]
    ?.split(',')
    .filter((name) => name.trim() !== '')
  return listed !== undefined && listed.length > 0 && listed.every((name) => /^\s*type\s/.test(name))
}

export function isTest({ path }: File): boolean {
  return path.endsWith('.test.ts')
}

/** The files of the product: TypeScript in `src/`, tests left out. */
export function sources(files: readonly File[]): readonly File[] {
  return files.filter((file) => /^src\/.*\.ts$/.test(file.path) && !isTest(file))
}

/** Each place where `pattern` stands in code, as `path:line: matched text`. */
export function places(files: readonly File[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, text }) => {
    const code = withoutComments(text)
    return [...code.matchAll(new RegExp(pattern, 'g'))].map((match) => `${path}:${code.slice(0, match.index).split('\n').length}: ${match[0].trim()}`)
  })
}
