using System.Runtime.InteropServices;
using static Yadokari.Linux.Abi.SignalNumber;

namespace Yadokari.Cli.Slurm;

/// <summary>
/// The signals by which Slurm speaks: SIGUSR1 and SIGUSR2 (sbatch --signal=B:USR1@120) say that the end is near, SIGTERM that it has come.
/// Slurm sends a job's signals to each of its processes, the program too; so none is passed on to it, and those that are none of
/// Slurm's words are the program's alone.
/// </summary>
internal sealed class SlurmSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private volatile TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SlurmSignals()
    {
        Register((PosixSignal)SIGUSR1, () => _asked.TrySetResult());
        Register((PosixSignal)SIGUSR2, () => _asked.TrySetResult());
        Register(PosixSignal.SIGTERM, () => _told.TrySetResult());
        Register(PosixSignal.SIGINT, static () => { });
        Register(PosixSignal.SIGHUP, static () => { });
        Register(PosixSignal.SIGQUIT, static () => { });
    }

    /// <summary>Completes when somebody wants the program to be saved, until <see cref="Answered"/>.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Completes at the first SIGTERM.</summary>
    public Task ToldToEnd => _told.Task;

    /// <summary>What was asked was tried; the next signal asks anew.</summary>
    public void Answered() => _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private void Register(PosixSignal signal, Action act) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            act();
        }));
}
