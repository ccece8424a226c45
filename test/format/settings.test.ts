import { expect, test } from '@jest/globals'
import { parseConfigFile } from '../../src/format/config-file.ts'
import { checkConfig, settingOf } from '../../src/format/settings.ts'

const check = (text: string): void => checkConfig(parseConfigFile(text, '.dvc/config'), '.dvc/config')

// The words are those of DVC 3.67.1 for the same files.
test.each([
  ['[core]\nx=1', "extra keys not allowed @ data['core']['x']"],
  ['[core]\nautostage=yes', "expected true or false for dictionary value @ data['core']['autostage']"],
  ['[core]\nchecksum_jobs=0', "value must be at least 1 for dictionary value @ data['core']['checksum_jobs']"],
  ['[core]\nchecksum_jobs=a', "expected int for dictionary value @ data['core']['checksum_jobs']"],
  ['[cache]\ntype=copy,bar', "Unsupported cache type(s): bar for dictionary value @ data['cache']['type']"],
  ['[cache]\nshared=all', "expected one of group for dictionary value @ data['cache']['shared']"],
  ['[remote "a"]\nurl=ftp://x/y', "Unsupported URL type ftp:// for dictionary value @ data['remote']['a']"],
  ['[remote "a"]\nurl=s3://x\nport=1', "extra keys not allowed @ data['remote']['a']['port']"],
  ['[remote "a"]\nurl=s3://x\njobs=x', "expected int for dictionary value @ data['remote']['a']['jobs']"],
  ['[remote "a"]\nurl=s3:/x\nregion=x', "extra keys not allowed @ data['remote']['a']['region']"],
  ['[remote "a"]\nurl=https://x\nread_timeout=-1', "value must be at least 0 for dictionary value @ data['remote']['a']['read_timeout']"],
  ['[remote "a"]\nnosuch=1', "extra keys not allowed @ data['remote']['a']['nosuch']"],
  ['[foo]\na=1', "extra keys not allowed @ data['foo']"],
  ['[db]\nx=1', "expected a dictionary for dictionary value @ data['db']['x']"],
  ['[core]\n__proto__=1', "extra keys not allowed @ data['core']['__proto__']"],
  ['[constructor]\nname=1', "extra keys not allowed @ data['constructor']"],
])('%j: %s', (text, message) =>
  expect(() => check(text)).toThrow(expect.objectContaining({ code: 'bad-config', message: `.dvc/config: ${message}` })),
)

test.each([
  '[core]\nautostage=True\nchecksum_jobs= 4\nno_scm=FALSE',
  '[cache]\ntype=hardlink, copy\ndir=../x\nshared=Group\nprotected=true',
  '[remote "a"]\nurl=../x\ntype=copy\nverify=true',
  '[remote "a"]\nurl=C:\\x',
  '[remote "a"]\nurl=s3://x\nssl_verify=/bundle.pem\nread_timeout=5',
  '[remote "a"]\nurl=remote://b/x\nwhatever=1',
  // config.local: the url is in the other file
  '[remote "a"]\naccess_key_id=x\nport=1',
  '[remote "a"]\nurl=HTTPS://x\nread_timeout=0.5',
  '[feature]\nx=1',
  '[db "x"]\nurl=1',
])('%j is fine', text => expect(() => check(text)).not.toThrow())

test('what the rest of dv asks the table', () => {
  expect(settingOf('cache', 'dir')).toMatchObject({ path: true })
  expect(settingOf('remote "lab"', 'url')).toMatchObject({ path: true })
  expect(settingOf('remote "lab"', 'credentialpath')).toMatchObject({ path: true, namesCredentials: true })
  expect(settingOf('remote "lab"', 'configpath')).toMatchObject({ path: true, namesCredentials: true, runsProgram: true })
  expect(settingOf('remote "lab"', 'secret_access_key')).toMatchObject({ secret: true })
  expect(settingOf('remote "lab"', 'bearer_token_command')).toMatchObject({ runsProgram: true })
  expect(settingOf('remote "lab"', 'endpointurl')?.namesCredentials).toBeUndefined()
  expect(settingOf('core', 'remote')).toMatchObject({ name: 'remote' })
  for (const [section, key] of [
    ['core', 'x'],
    ['x', 'core'],
    ['core', 'toString'],
    ['toString', 'name'],
    ['remote', 'url'],
  ]) {
    expect(settingOf(section ?? '', key ?? '')).toBeUndefined()
  }
})
