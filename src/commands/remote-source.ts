/** Data in a bucket or on a web server as the source of an import. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { Repo } from '../repo/open.ts'
import type { FileSource } from '../store/file-source.ts'
import { fetchSource } from './fetch-source.ts'
import type { FoundSource, SourceRequest } from './found-source.ts'
import { sendSource } from './send-source.ts'
import { dependencyOf, fileOfEntry } from './source-dependency.ts'
import { assertFolder, type Survey, surveySource } from './survey-source.ts'

export interface RemoteRequest extends SourceRequest {
  readonly source: FileSource
}

/** What both ways of taking the data need to know. */
export interface Taking {
  readonly source: FileSource
  readonly survey: Survey
  /** absolute: where the data goes */
  readonly to: string
  readonly jobs: number | undefined
}

export async function findRemoteSource(repo: Repo, request: RemoteRequest, context: Context): Promise<FoundSource | undefined> {
  const { source, versionId, files, to, jobs } = request
  const survey = files ? namedFiles(files, source.label) : await surveySource(source, versionId, context)
  if (survey === undefined) return undefined
  assertNoIgnoreFile(survey, source.label)
  const taking: Taking = { source, survey, to, jobs }
  return {
    label: source.label,
    describe: async () => dependencyOf(survey, source, request),
    save: () => fetchSource(repo, taking, context),
    send: remote => sendSource(repo, { ...taking, remote }, context),
  }
}

function namedFiles(entries: NonNullable<SourceRequest['files']>, label: string): Survey {
  const files = entries.map(fileOfEntry)
  assertFolder(files, label)
  return { isFolder: true, files }
}

/** As DVC has it: what the file leaves out would be another matter here than there. */
function assertNoIgnoreFile({ files }: Survey, label: string): void {
  const found = files.find(({ path }) => /(?:^|\/)\.dvcignore$/.test(path))
  if (found) throw new DvError('unsupported-file', `${label} holds ${found.path}: a .dvcignore cannot be a part of tracked data`)
}
