using Yadokari.Daemon.Engine;

// Not a command for people: a daemon starts its own program once more to hold the processes that it reads.
return args is [Keeper.Argument, var socket] ? Keeper.Run(socket) : await Yadokari.Cli.CommandLine.RunAsync(args);
