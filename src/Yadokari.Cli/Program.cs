using System.Runtime.InteropServices;
using Yadokari.Daemon.Engine;
using Yadokari.Linux.Descriptors;

StandardStream.EnsureOpen();

// A file that grows beyond the limit (RLIMIT_FSIZE) is an error of the write, told in one line, and not the end of the
// process by SIGXFSZ (setrlimit(2)). A handler, since an ignored signal would stay ignored in the jobs that are started.
using PosixSignalRegistration fileTooLarge = PosixSignalRegistration.Create((PosixSignal)25, signal => signal.Cancel = true);

// Not a command for people: a daemon starts its own program once more to hold the processes that it reads.
return args is [Keeper.Argument, var socket] ? Keeper.Run(socket) : await Yadokari.Cli.CommandLine.RunAsync(args);
