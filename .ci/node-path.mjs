// Prints the Node that the launcher chose.
process.stdout.write(`${process.execPath}\n`);
