import { execFileSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { layContext } from './context.ts'
import { execOf, type Stage, type Step, stages, stepsOf } from './dockerfile.ts'

/** What a builder makes of the Dockerfile. */
export interface Built {
  /** Folder of the image's root. */
  readonly root: string
  readonly workdir: string
  readonly environment: Readonly<Record<string, string>>
}

/**
 * Carries out the Dockerfile's steps in a folder, with this machine for a base. As nothing shuts them in, their programs
 * may name no path outside of where they run.
 *
 * @param buildArguments as `--build-arg` gives them
 */
export function buildByHand(folder: string, buildArguments: Readonly<Record<string, string>>): Built {
  const context = join(folder, 'context')
  layContext(context)
  const built = stages.map((stage) => buildStage(stage, { folder, context, buildArguments }))
  return built.at(-1) as Built
}

interface Building {
  readonly folder: string
  readonly context: string
  readonly buildArguments: Readonly<Record<string, string>>
}

function buildStage(stage: Stage, { folder, context, buildArguments }: Building): Built {
  const root = join(folder, stage.name)
  let workdir = '/'
  const environment: Record<string, string> = {}
  const defaults = Object.assign({}, ...stepsOf(stage, 'ARG').map((step) => step.properties))
  const known: Readonly<Record<string, string>> = { ...defaults, ...buildArguments }
  for (const step of stage.steps) {
    if (step.keyword === 'WORKDIR') {
      workdir = resolve(workdir, step.words[0] ?? '')
      mkdirSync(join(root, workdir), { recursive: true })
    }
    if (step.keyword === 'ENV') {
      for (const [name, value] of Object.entries(step.properties)) {
        environment[name] = value.replace(/\$\{(\w+)\}/g, (_all, variable) => known[variable] ?? '')
      }
    }
    if (step.keyword === 'COPY') {
      copy(step, step.flags.from === undefined ? context : join(folder, step.flags.from), root, workdir)
    }
    if (step.keyword === 'RUN') {
      const [program = '', ...args] = execOf(step)
      execFileSync(program, args, { cwd: join(root, workdir), stdio: 'pipe' })
    }
  }
  return { root, workdir, environment }
}

function copy({ words, flags }: Step, from: string, root: string, workdir: string): void {
  const target = words.at(-1) ?? ''
  const to = join(root, resolve(workdir, target))
  for (const word of words.slice(0, -1)) {
    const source = join(from, word)
    const into = target.endsWith('/') && !statSync(source).isDirectory() ? join(to, basename(source)) : to
    cpSync(source, into, { recursive: true, verbatimSymlinks: true })
  }
  const [uid, gid] = (flags.chown ?? '').split(':').map(Number)
  // Only root can give files away; whoever else builds keeps what this user may write.
  if (uid !== undefined && gid !== undefined && flags.chown !== undefined && process.getuid?.() === 0) {
    for (const path of ['.', ...readdirSync(to, { recursive: true, encoding: 'utf8' })]) {
      chownSync(join(to, path), uid, gid)
    }
  }
}
