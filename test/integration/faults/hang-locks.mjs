// Loaded with --import into an exporter: locking a file then hangs in the kernel, as on a disconnected network disk. The lock
// thread opens a pipe without a writer in place of locking.
import { openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

DatabaseSync.prototype.exec = () => openSync(process.env.HANGING_PIPE, 'r')
