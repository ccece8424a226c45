/** The outputs of a pipeline's stages as they last ran: `dvc.lock` knows their hashes, `dvc.yaml` where they lie and whether they are kept. */
import { DvError } from '../base/error.ts'
import type { Output } from './pointer.ts'
import { pointerOfRecord } from './pointer-record.ts'
import { readYaml } from './yaml-document.ts'
import { isRecord } from './yaml-print.ts'

export interface StageOutputs {
  /** as in the lock file: `prep`, or `train@small` for one of several made from a template */
  readonly stage: string
  /** `wdir`, relative to the folder of dvc.yaml; undefined where the lock alone does not tell it */
  readonly workingFolder: string | undefined
  readonly outputs: readonly Output[]
}

export interface PipelineText {
  readonly yaml: string
  readonly lock: string
  /** of dvc.yaml, for messages */
  readonly file: string
}

type Values = Readonly<Record<string, unknown>>

/**
 * Of a stage that the lock has and dvc.yaml no longer has nobody knows where it lies, nor of one whose `wdir` is made from a template.
 * @throws DvError 'bad-pointer' when one of the texts cannot be read
 */
export function parsePipelineOutputs({ yaml, lock, file }: PipelineText): StageOutputs[] {
  const lockFile = file.replace(/dvc\.yaml$/, 'dvc.lock')
  const definitions = stagesOf(readYaml(yaml, file).value, file)
  const locked = stagesOf(readYaml(lock, lockFile).value, lockFile)
  return Object.entries(locked).flatMap(([stage, record]) => {
    const definition = definitionOf(definitions, stage)
    if (!isRecord(record)) return []
    const folder = definition?.['wdir'] ?? '.'
    const workingFolder = definition && typeof folder === 'string' && !isTemplate(folder) ? folder : undefined
    const refuse = (path: readonly (string | number)[], why: string): never => {
      throw new DvError('bad-pointer', `${lockFile} is damaged: ${[stage, ...path].join(' -> ')}: ${why}`)
    }
    const flags = definition ? flagsOf(definition) : []
    const { outputs } = pointerOfRecord({ outs: record['outs'] }, refuse)
    return [{ stage, workingFolder, outputs: outputs.map(output => withFlags(output, flags)) }]
  })
}

/** A lock file of schema 1.0 is the mapping of stages itself. */
function stagesOf(value: unknown, file: string): Values {
  if (value === null || value === undefined) return {}
  if (!isRecord(value)) throw new DvError('bad-pointer', `${file} is damaged: expected a mapping`)
  const stages = 'stages' in value ? value['stages'] : file.endsWith('dvc.lock') && !('schema' in value) ? value : {}
  return isRecord(stages) ? stages : {}
}

/** `foreach` keeps the stage under `do`, `matrix` beside itself; their stages are called `name@key`. */
function definitionOf(definitions: Values, stage: string): Values | undefined {
  const name = Object.hasOwn(definitions, stage) ? stage : stage.slice(0, Math.max(0, stage.indexOf('@')))
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined
  if (!isRecord(definition)) return undefined
  return isRecord(definition['do']) ? definition['do'] : definition
}

interface Flags {
  readonly matches: (path: string) => boolean
  readonly values: Values
}

/** An entry is a path, or a mapping of one path to its flags; anything in it may be a template. */
const flagsOf = (definition: Values): Flags[] =>
  ['outs', 'metrics', 'plots']
    .flatMap(key => (Array.isArray(definition[key]) ? (definition[key] as unknown[]) : []))
    .filter(isRecord)
    .flatMap(entry => Object.entries(entry).flatMap(([path, values]) => (isRecord(values) ? [{ matches: pathMatcher(path), values }] : [])))

function withFlags(output: Output, flags: readonly Flags[]): Output {
  const values = flags.find(({ matches }) => matches(output.path))?.values ?? {}
  return {
    ...output,
    ...(typeof values['remote'] === 'string' ? { remote: values['remote'] } : {}),
    cached: values['cache'] !== false,
    pushed: values['push'] !== false,
  }
}

const isTemplate = (text: string): boolean => text.includes('${')

/** What a template stands for is not worked out here: it matches any text. `./x` and `x/` are `x`. */
function pathMatcher(path: string): (path: string) => boolean {
  const plain = path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '')
  if (!isTemplate(plain)) return other => other === plain
  const pattern = plain
    .split(/\$\{[^}]*\}/)
    .map(text => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*')
  const form = new RegExp(`^${pattern}$`, 's')
  return other => form.test(other)
}
