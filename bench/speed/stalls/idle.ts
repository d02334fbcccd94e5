// A program that does nothing: what its thread is held up by is the machine.
setInterval(() => {}, 2 ** 30)
