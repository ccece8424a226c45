/** The reference of all verbs, made from the verbs; `npm run docs` writes it to help/reference.md. */
import { commandHelp } from './help.ts'
import { verbs } from './table.ts'

export async function printReference(): Promise<string> {
  const pages: string[] = []
  for (const verb of Object.values(verbs)) {
    const command = await verb.load()
    pages.push(`## dv ${command.name}\n\n\`\`\`text\n${commandHelp(command).trimEnd()}\n\`\`\`\n`)
  }
  return `# All commands, as \`dv <command> --help\` shows them\n\n${pages.join('\n')}`
}
