import { objectStoreContract } from '../contracts/object-store.ts'
import { openMemoryStore } from '../doubles/memory-store.ts'

objectStoreContract('memory', async () => ({ store: openMemoryStore(), cleanUp: () => {} }))
