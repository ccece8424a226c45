/** From the text of one pointer, or of one pipeline, to the outputs that it tracks. */
import { basename, dirname, join, relative } from 'node:path'
import { resolveOutputPath } from '../format/output-path.ts'
import { parsePipelineOutputs } from '../format/pipeline-outputs.ts'
import { type Output, type Pointer, parsePointer } from '../format/pointer.ts'
import type { TrackedOutput } from './tracked-output.ts'

export interface PointerText {
  /** of the repository */
  readonly root: string
  /** absolute path of the `.dvc` file */
  readonly file: string
  readonly text: string
  /** for messages; default: `file` relative to the root */
  readonly name?: string
}

/** @throws DvError 'bad-pointer' */
export function readPointer({ root, file, text, name = relative(root, file) }: PointerText): TrackedOutput[] {
  const pointer = parsePointer(text, name)
  return pointer.outputs.map(output => ({
    pointerFile: file,
    pointer,
    output,
    path: resolveOutputPath({ root, pointerFile: file, workingFolder: pointer.workingFolder, path: output.path }),
  }))
}

/** `file`: absolute path of the dvc.yaml. @throws DvError 'bad-pointer' */
export function readPipeline({ root, file, text, name = relative(root, file) }: PointerText, lock: string): TrackedOutput[] {
  const pointerFile = join(dirname(file), 'dvc.lock')
  return parsePipelineOutputs({ yaml: text, lock, file: name }).flatMap(({ stage, workingFolder, outputs }) => {
    if (workingFolder === undefined) return outputs.map(output => unplaced(output, stage, pointerFile))
    const pointer: Pointer = { outputs, workingFolder, imported: false, frozen: false, rest: {} }
    return outputs.map(output => ({
      pointerFile,
      pointer,
      output,
      stage,
      path: resolveOutputPath({ root, pointerFile, workingFolder, path: output.path }),
    }))
  })
}

/** Its path is for people only. */
const unplaced = (output: Output, stage: string, pointerFile: string): TrackedOutput => ({
  pointerFile,
  pointer: { outputs: [output], workingFolder: '.', imported: false, frozen: false, rest: {} },
  output,
  stage,
  path: join(dirname(pointerFile), output.path),
  unplaced: true,
})

export const isPointerName = (name: string): boolean => name.endsWith('.dvc') && name !== '.dvc'

export const isPipelineName = (name: string): boolean => basename(name) === 'dvc.yaml'
