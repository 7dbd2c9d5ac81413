// Required into a command that is measured: says at its exit what user and system time all of its threads took (us).

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process._rawDebug("cpu", user + system);
});
