// Loaded before the program: reports a forced exit, which replaces the process, by an exit code of its own.
process.execve = () => process.reallyExit(99)
