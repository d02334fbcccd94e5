import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast'
import { readText } from '../../support/files.ts'

/** An instruction, with its variables as they are where no build argument says otherwise. */
export interface Step {
  readonly keyword: string
  /** Words, without flags. */
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string>>
  /** Of `ARG`, `ENV` and `LABEL`; variables in the values stand as they are written. */
  readonly properties: Readonly<Record<string, string>>
}

export interface Stage {
  readonly name: string
  readonly base: string
  readonly steps: readonly Step[]
}

type Parsed = Instruction & {
  getFlags?(): readonly { getName(): string; getValue(): string | null }[]
  getProperties?(): readonly { getName(): string; getValue(): string | null }[]
}

const dockerfile = DockerfileParser.parse(readText('Dockerfile'))

/** The stages of the Dockerfile, the last of which is the image. */
export const stages: readonly Stage[] = dockerfile.getFROMs().map((from, index, froms) => ({
  name: from.getBuildStage() ?? String(index),
  base: from.getExpandedArguments()[0]?.getValue() ?? '',
  steps: dockerfile
    .getInstructions()
    .filter((each) => lineOf(each) > lineOf(from) && lineOf(each) < lineOf(froms[index + 1]))
    .map(readStep),
}))

/** The image's own stage. */
export const image = stages.at(-1) as Stage

/** The stage's instructions of this kind. */
export const stepsOf = (stage: Stage, keyword: string): Step[] =>
  stage.steps.filter((step) => step.keyword === keyword)

/**
 * The program and its arguments that an instruction runs.
 *
 * @throws SyntaxError when it is not written in the exec form, and so would need a shell
 */
export function execOf({ keyword, words }: Step): string[] {
  return JSON.parse((keyword === 'HEALTHCHECK' ? words.slice(1) : words).join(' '))
}

function readStep(instruction: Parsed): Step {
  const pairs = (items: readonly { getName(): string; getValue(): string | null }[] = []) =>
    Object.fromEntries(items.map((item) => [item.getName(), item.getValue() ?? '']))
  return {
    keyword: instruction.getKeyword(),
    words: instruction.getExpandedArguments().map((word) => word.getValue()),
    flags: pairs(instruction.getFlags?.()),
    properties: pairs(instruction.getProperties?.()),
  }
}

function lineOf(instruction: From | Instruction | undefined): number {
  return instruction?.getRange().start.line ?? Number.POSITIVE_INFINITY
}
