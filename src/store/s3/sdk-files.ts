/** The AWS SDK's reader of `~/.aws/config` and `~/.aws/credentials`. A file of its own so that it is loaded late. */
export { loadSharedConfigFiles } from '@smithy/core/config'
