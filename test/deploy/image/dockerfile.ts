import { DockerfileParser, type From, type Instruction } from 'dockerfile-ast'
import { readText } from '../../../tools/files.ts'

/** An instruction, with the default values of its variables. */
export interface Step {
  readonly keyword: string
  /** Words, without flags. */
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string>>
  /** Names and values of `ARG`, `ENV` and `LABEL`. Variables in the values are not replaced. */
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

/** The stages of the Dockerfile. The last one is the image. */
export const stages: readonly Stage[] = dockerfile.getFROMs().map((from, index, froms) => ({
  name: from.getBuildStage() ?? String(index),
  base: from.getExpandedArguments()[0]?.getValue() ?? '',
  steps: dockerfile
    .getInstructions()
    .filter((each) => lineOf(each) > lineOf(from) && lineOf(each) < lineOf(froms[index + 1]))
    .map(readStep),
}))

/** The stage of the image. */
export const image = stages.at(-1) as Stage

/** The stage's instructions of this kind. */
export const stepsOf = (stage: Stage, keyword: string): Step[] =>
  stage.steps.filter((step) => step.keyword === keyword)

/**
 * The program and its arguments that an instruction runs.
 *
 * @throws SyntaxError if it does not have the exec form, which needs no shell
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
