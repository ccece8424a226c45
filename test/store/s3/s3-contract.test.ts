import { openS3Store } from '../../../src/store/s3/store.ts'
import { objectStoreContract } from '../../contracts/object-store.ts'
import { openS3Server } from '../../doubles/s3-server.ts'
import { contextFor, remoteAt } from './lab.ts'

objectStoreContract('S3, thin client', async () => {
  const server = await openS3Server()
  server.shelf.makeBucket('lab')
  const store = await openS3Store(remoteAt(server), 'md5', contextFor())
  return { store, cleanUp: server.close }
})

objectStoreContract('S3, thin client, DVC 2 layout at the top of a bucket, small pages', async () => {
  const server = await openS3Server({ pageSize: 7 })
  server.shelf.makeBucket('lab')
  const store = await openS3Store(remoteAt(server, { url: 's3://lab' }), 'md5-dos2unix', contextFor())
  return { store, cleanUp: server.close }
})

objectStoreContract('S3, AWS SDK', async () => {
  const server = await openS3Server()
  server.shelf.makeBucket('lab')
  const store = await openS3Store(remoteAt(server), 'md5', contextFor({ DV_S3_CLIENT: 'sdk' }))
  return { store, cleanUp: server.close }
})
