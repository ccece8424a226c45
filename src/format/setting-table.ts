/** All settings that DVC 3.67 knows (dvc/config_schema.py), in the order of its schema; dv acts on a part of them and keeps the rest. */
import { boolean, integer, linkKinds, oneOf, positive, type SettingType, seconds, text } from './setting-types.ts'
import type { Setting } from './settings.ts'

type Marks = Omit<Setting, 'name' | 'type' | 'help'>
export type Settings = Readonly<Record<string, Setting>>
type Row = readonly [type: SettingType, help: string, marks?: Marks]

const table = (rows: Readonly<Record<string, Row>>): Settings =>
  Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(rows).map(([name, [type, help, marks]]) => [name, { name, type, help, ...marks }])),
  )

const path = { path: true } as const
const secret = { secret: true } as const
const obsolete = { obsolete: true } as const
const credentials = { path: true, namesCredentials: true } as const
const obsoletePlace: Row = [text, 'no longer used', obsolete]
const verify: Row = [boolean, 'hash what was downloaded (dv always does)']
const tls: Row = [text, 'verify TLS certificates: true, false, or the path of a bundle of authorities']
const password: Row = [text, 'the password', secret]
const askPassword: Row = [boolean, 'ask for the password']
const user: Row = [text, 'the user name']

const folder = {
  type: [linkKinds, 'how files are linked, in order of preference: reflink, hardlink, symlink, copy'],
  protected: [boolean, 'no longer used', obsolete],
  shared: [oneOf('group'), 'group: files and folders can be written by the group'],
  slow_link_warning: [boolean, 'warn when linking copies'],
  verify,
} satisfies Record<string, Row>

const remote = {
  url: [text, 'where it is', path],
  checksum_jobs: [positive, 'threads that hash'],
  jobs: [positive, 'requests at a time'],
  worktree: [boolean, 'mirror the work tree on a bucket with versions'],
  no_traverse: [boolean, 'no longer used', obsolete],
  version_aware: [boolean, "keep files under their own names, by the bucket's versions"],
} satisfies Record<string, Row>

const http = table({
  ...remote,
  auth: [oneOf('basic', 'digest', 'custom'), 'kind of authentication'],
  custom_auth_header: [text, 'name of the header that carries the password'],
  user,
  password,
  ask_password: askPassword,
  ssl_verify: tls,
  method: [text, 'method of uploads: POST or PUT'],
  connect_timeout: [seconds, 'seconds to wait for a connection'],
  read_timeout: [seconds, 'seconds to wait for an answer'],
  verify,
})

const webdav = table({
  ...remote,
  user,
  password,
  ask_password: askPassword,
  token: [text, 'bearer token', secret],
  bearer_token_command: [text, 'command that prints a bearer token', { runsProgram: true }],
  custom_auth_header: [text, 'name of the header that carries the password'],
  cert_path: [text, "file of the client's certificate", credentials],
  key_path: [text, "file of the client's key", credentials],
  timeout: [integer, 'seconds'],
  ssl_verify: tls,
  verify,
})

/** By scheme of the URL; '' is a folder. What `remote://` may have is decided by the remote that it names. */
export const remoteKinds: Readonly<Record<string, Settings>> = {
  '': table({ ...folder, ...remote }),
  s3: table({
    ...remote,
    region: [text, 'region of the bucket'],
    profile: [text, 'profile of the AWS configuration'],
    credentialpath: [text, 'file of AWS credentials', credentials],
    configpath: [text, 'file of the AWS configuration', { path: true, namesCredentials: true, runsProgram: true }],
    endpointurl: [text, 'URL of a server that speaks S3'],
    access_key_id: [text, 'access key', secret],
    secret_access_key: [text, 'secret key', secret],
    session_token: [text, 'session token', secret],
    listobjects: [boolean, 'no longer used', obsolete],
    use_ssl: [boolean, 'use TLS'],
    allow_anonymous_login: [boolean, 'sign nothing when there are no credentials'],
    ssl_verify: tls,
    sse: [text, 'server-side encryption: AES256 or aws:kms'],
    sse_kms_key_id: [text, 'key of KMS'],
    sse_customer_algorithm: [text, "algorithm for the customer's key"],
    sse_customer_key: [text, "the customer's key, base64", secret],
    acl: [text, 'canned ACL of uploads'],
    grant_read: [text, 'grantee'],
    grant_read_acp: [text, 'grantee'],
    grant_write_acp: [text, 'grantee'],
    grant_full_control: [text, 'grantee'],
    // DVC asks for a bool where a file gives text, so that any value is an error there; dv takes true and false.
    cache_regions: [boolean, 'look up the region of the bucket'],
    read_timeout: [integer, 'seconds to wait for an answer'],
    connect_timeout: [integer, 'seconds to wait for a connection'],
    verify,
  }),
  gs: table({
    ...remote,
    projectname: [text, 'project'],
    credentialpath: [text, 'file of a service account', credentials],
    endpointurl: [text, 'URL of another server'],
    verify,
    allow_anonymous_login: [boolean, 'use no credentials'],
  }),
  ssh: table({
    ...remote,
    type: folder.type,
    port: [integer, 'port'],
    user,
    password,
    ask_password: askPassword,
    passphrase: [text, 'passphrase of the key', secret],
    ask_passphrase: [boolean, 'ask for the passphrase'],
    keyfile: [text, 'file of the private key', credentials],
    timeout: [integer, 'seconds'],
    gss_auth: [boolean, 'Kerberos'],
    allow_agent: [boolean, "use the agent's keys"],
    max_sessions: [integer, 'channels at a time'],
    verify,
  }),
  hdfs: table({
    ...remote,
    user,
    kerb_ticket: [text, 'path of a Kerberos ticket', { namesCredentials: true }],
    replication: [integer, 'copies of each block'],
  }),
  webhdfs: table({
    ...remote,
    kerberos: [boolean, 'Kerberos'],
    kerberos_principal: [text, 'principal'],
    proxy_to: [text, 'effective user'],
    ssl_verify: tls,
    token: [text, 'delegation token', secret],
    use_https: [boolean, 'use TLS'],
    user,
    password,
    data_proxy_target: [text, 'proxy of data nodes', { namesCredentials: true }],
    verify,
  }),
  azure: table({
    ...remote,
    connection_string: [text, 'connection string', secret],
    sas_token: [text, 'SAS token', secret],
    account_name: [text, 'storage account'],
    account_key: [text, 'key of the account', secret],
    tenant_id: [text, 'tenant'],
    client_id: [text, 'client'],
    client_secret: [text, 'secret of the client', secret],
    allow_anonymous_login: [boolean, 'use no credentials'],
    exclude_environment_credential: [boolean, 'pass over the environment'],
    exclude_visual_studio_code_credential: [boolean, 'pass over the editor'],
    exclude_shared_token_cache_credential: [boolean, 'pass over the shared cache'],
    exclude_managed_identity_credential: [boolean, 'pass over managed identities'],
    verify,
    timeout: [integer, 'seconds, on the server'],
    read_timeout: [integer, 'seconds to wait for an answer'],
    connection_timeout: [integer, 'seconds to wait for a connection'],
  }),
  oss: table({
    ...remote,
    oss_key_id: [text, 'access key', secret],
    oss_key_secret: [text, 'secret key', secret],
    oss_endpoint: [text, 'endpoint', { namesCredentials: true }],
    verify,
  }),
  gdrive: table({
    ...remote,
    profile: [text, 'name of the kept credentials'],
    gdrive_use_service_account: [boolean, 'use a service account'],
    gdrive_client_id: [text, 'client'],
    gdrive_client_secret: [text, 'secret of the client', secret],
    gdrive_user_credentials_file: [text, 'file of kept credentials', credentials],
    gdrive_service_account_user_email: [text, 'user to act for'],
    gdrive_service_account_json_file_path: [text, 'file of a service account', credentials],
    gdrive_trash_only: [boolean, 'move removed files to the trash'],
    gdrive_acknowledge_abuse: [boolean, 'download what is marked as harmful'],
    verify,
  }),
  http,
  https: http,
  webdav,
  webdavs: webdav,
}

/** Where two kinds have a key, the one with more marks is kept: a path is a path, a secret a secret. */
const anyRemote: Settings = Object.values(remoteKinds)
  .flatMap(settings => Object.values(settings))
  .reduce<Record<string, Setting>>(
    (all, setting) => Object.assign(all, { [setting.name]: { ...all[setting.name], ...setting } }),
    Object.create(null) as Record<string, Setting>,
  )

export const namedSections: Readonly<Record<string, Settings>> = {
  remote: anyRemote,
  machine: table({
    cloud: [oneOf('aws', 'azure'), 'cloud'],
    region: [oneOf('us-west', 'us-east', 'eu-west', 'eu-north'), 'region'],
    image: [text, 'image'],
    spot: [boolean, 'spot instance'],
    spot_price: [seconds, 'price'],
    instance_hdd_size: [integer, 'GB'],
    instance_type: [text, 'type'],
    instance_gpu: [text, 'accelerator'],
    ssh_private: [text, 'private key', secret],
    startup_script: [text, 'script', { path: true, runsProgram: true }],
    setup_script: [text, 'script', { path: true, runsProgram: true }],
  }),
  db: table({ url: [text, 'where it is'], username: [text, 'the user name'], password }),
}

export const plainSections: Readonly<Record<string, Settings>> = {
  core: table({
    remote: [text, 'name of the remote that is used when none is named'],
    checksum_jobs: [positive, 'threads that hash'],
    interactive: [boolean, 'ask'],
    analytics: [boolean, 'let dvc report its use (dv reports nothing)'],
    hardlink_lock: [boolean, 'lock by hard links, for file systems without flock'],
    no_scm: [boolean, 'work without git'],
    autostage: [boolean, 'stage pointers and .gitignore files in git'],
    experiments: [boolean, 'no longer used', obsolete],
    check_update: [boolean, 'let dvc look for a newer version of itself'],
    site_cache_dir: [text, "folder of dvc's own state"],
    machine: [text, 'name of the machine that is used when none is named'],
  }),
  cache: table({
    ...Object.fromEntries(['local', 's3', 'gs', 'hdfs', 'webhdfs', 'ssh', 'azure'].map(name => [name, obsoletePlace])),
    dir: [text, 'folder of the cache', path],
    ...folder,
  }),
  state: table({
    dir: obsoletePlace,
    row_limit: [positive, 'no longer used', obsolete],
    row_cleanup_quota: [integer, 'no longer used', obsolete],
  }),
  index: table({ dir: obsoletePlace }),
  // DVC warns of unknown keys here and drops them.
  feature: table({ machine: [boolean, 'let dvc have machines'] }),
  plots: table({
    html_template: [text, 'template of the page'],
    auto_open: [boolean, 'open the page'],
    out_dir: [text, 'folder of the page'],
  }),
  exp: table({
    ...Object.fromEntries(['code', 'data', 'models', 'metrics', 'params', 'plots', 'live'].map(name => [name, obsoletePlace])),
    auto_push: [boolean, 'push experiments'],
    git_remote: [text, 'git remote of experiments'],
  }),
  parsing: table({
    bool: [oneOf('store_true', 'boolean_optional'), 'how booleans become arguments'],
    list: [oneOf('nargs', 'append'), 'how lists become arguments'],
  }),
  hydra: table({
    enabled: [boolean, 'compose parameters by Hydra'],
    config_dir: [text, 'folder of its configuration'],
    config_module: [text, 'module of its configuration', { runsProgram: true }],
    config_name: [text, 'name of its configuration'],
    plugins_path: [text, 'path of its plugins', { runsProgram: true }],
  }),
  studio: table({
    token: [text, 'token of DVC Studio', secret],
    url: [text, 'where it is', { namesCredentials: true }],
    repo_url: [text, 'the repository there'],
    offline: [boolean, 'send nothing'],
  }),
}
